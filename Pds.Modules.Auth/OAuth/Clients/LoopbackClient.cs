using Microsoft.AspNetCore.WebUtilities;

namespace Pds.Modules.Auth.OAuth.Clients;

/// <summary>An app in development, on the person's own machine: its client id is its metadata.</summary>
internal static class LoopbackClient
{
    private static readonly string[] DefaultRedirects = ["http://127.0.0.1/", "http://[::1]/"];

    /// <exception cref="OAuthException">
    /// <c>invalid_client_id</c>: another parameter, a scope that cannot be, or a redirect URI that leads away.
    /// </exception>
    public static OAuthClient Read(ClientId id)
    {
        var scopes = "atproto";
        var (scopeCount, redirects) = (0, new List<string>());
        foreach (var parameter in new QueryStringEnumerable(id.LoopbackQuery.ToString()))
        {
            var value = parameter.DecodeValue().ToString();
            switch (parameter.DecodeName().Span)
            {
                case "scope":
                    scopes = value;
                    scopeCount++;
                    break;
                case "redirect_uri":
                    redirects.Add(value);
                    break;
                default:
                    throw OAuthException.InvalidClientId("A loopback client_id may have the parameters scope and redirect_uri only");
            }
        }

        if (scopeCount > 1)
        {
            throw OAuthException.InvalidClientId("A loopback client_id may have one scope parameter only");
        }

        if (!redirects.TrueForAll(redirect =>
            RedirectUriRules.FindProblem(redirect, id, isNative: true) is null && LoopbackRedirect.IsLoopback(redirect)))
        {
            throw OAuthException.InvalidClientId(
                "Each redirect_uri of a loopback client_id must begin with http://127.0.0.1 or http://[::1]");
        }

        return new OAuthClient(
            id.Value, id.Host, Name: null, ClientUri: null, LogoUri: null, TosUri: null, PolicyUri: null,
            redirects.Count > 0 ? redirects : DefaultRedirects,
            ClientMetadata.Native,
            ScopeList.Read(scopes, problem => OAuthException.InvalidClientId($"The scope of a loopback client_id {problem}")),
            [ClientMetadata.AuthorizationCode, ClientMetadata.RefreshToken],
            IsConfidential: false, AssertionAlgorithm: null, Keys: null, IsLoopback: true, IsTrusted: false);
    }
}
