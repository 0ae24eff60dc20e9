using AtProto;
using OpenIddict.Abstractions;
using Pds.Modules.Auth.OAuth.Clients;
using Pds.Modules.Auth.OAuth.Endpoints;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>What an app may ask for, and what is made of it. The names of errors and their order are the protocol's.</summary>
internal static class AuthorizationParameters
{
    private const int ChallengeLength = 43;

    private static readonly string[] Unsupported = ["claims", "id_token_hint", "nonce"];

    /// <summary>Checks the parameters and puts them into the form that is kept.</summary>
    /// <exception cref="OAuthException">One of them is not good.</exception>
    public static void Check(OpenIddictRequest request, OAuthClient client)
    {
        if (Array.Find(Unsupported, request.HasParameter) is { } unsupported)
        {
            throw OAuthException.InvalidRequest($"Unsupported {unsupported} parameter");
        }

        if (request.ResponseType != OpenIddictConstants.ResponseTypes.Code)
        {
            throw OAuthException.UnsupportedResponseType("Only response_type code is supported");
        }

        if (request.HasParameter("authorization_details"))
        {
            throw OAuthException.InvalidAuthorizationDetails("authorization_details are not supported");
        }

        request.RedirectUri = FindRedirectUri(request.RedirectUri, client);
        request.Scope = RequestedScopes.Check(request.Scope, client);
        CheckChallenge(request);
        CheckResponseMode(request.ResponseMode);
        request.Prompt = CheckPrompt(request.Prompt, client);
        request.LoginHint = CheckLoginHint(request.LoginHint);
    }

    private static string FindRedirectUri(string? asked, OAuthClient client) =>
        string.IsNullOrEmpty(asked)
            ? client.RedirectUris is [var only] ? only : throw OAuthException.InvalidRequest("redirect_uri is required")
            : client.AllowsRedirect(asked)
                ? asked
                : throw OAuthException.InvalidRequest("redirect_uri is not one of the client's");

    private static void CheckChallenge(OpenIddictRequest request)
    {
        if (string.IsNullOrEmpty(request.CodeChallenge))
        {
            throw OAuthException.InvalidRequest("code_challenge is required");
        }

        if (request.CodeChallengeMethod != OpenIddictConstants.CodeChallengeMethods.Sha256)
        {
            throw OAuthException.InvalidRequest("code_challenge_method must be S256");
        }

        if (request.CodeChallenge.Length != ChallengeLength || !System.Buffers.Text.Base64Url.IsValid(request.CodeChallenge))
        {
            throw OAuthException.InvalidRequest("code_challenge is not the base64url of a SHA-256");
        }
    }

    private static void CheckResponseMode(string? mode)
    {
        if (mode is not (null or "query" or "fragment" or "form_post"))
        {
            throw OAuthException.InvalidRequest("Unsupported response_mode");
        }
    }

    // Apps that do not authenticate could be anyone: they do not get to a person's data without that person.
    private static string? CheckPrompt(string? prompt, OAuthClient client)
    {
        var values = prompt?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (Array.Exists(values, value => !ServerMetadata.PromptValues.Contains(value)))
        {
            throw OAuthException.InvalidRequest("Unsupported prompt");
        }

        if (values.Contains("none") && values.Length > 1)
        {
            throw OAuthException.InvalidRequest("prompt none cannot be combined");
        }

        if (client.IsConfidential || client.IsTrusted || values.Contains("create"))
        {
            return prompt;
        }

        return values.Contains("none") ? throw OAuthException.InvalidRequest("Public clients are not allowed to use silent-sign-on")
            : values.Contains("login") ? "login consent"
            : "consent";
    }

    private static string? CheckLoginHint(string? hint)
    {
        if (string.IsNullOrEmpty(hint))
        {
            return null;
        }

        hint = hint.ToLowerInvariant();
        return Did.TryParse(hint, out _) || Handle.TryParse(hint, out _)
            ? hint
            : throw OAuthException.InvalidRequest("login_hint must be a handle or a DID");
    }
}
