using System.Security.Claims;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using Pds.Modules.Auth.OAuth.Sessions;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>
/// Tells OpenIddict what a request's tokens stand for. They are names of rows here, so there is nothing in them for it to
/// validate; assertions of clients were verified before.
/// </summary>
internal sealed class RestoreTokens(RequestStore requests) : IOpenIddictServerHandler<ProcessAuthenticationContext>
{
    public async ValueTask HandleAsync(ProcessAuthenticationContext context)
    {
        context.ExtractClientAssertion = context.ValidateClientAssertion = false;
        context.ValidateIdentityToken = false;
        context.ValidateAuthorizationCode = false;
        context.ValidateRefreshToken = false;
        context.ValidateRequestToken = false;

        if (context.Transaction.GetGrant() is { } grant)
        {
            context.AuthorizationCodePrincipal = Describe(grant);
        }
        else if (context.EndpointType == OpenIddictServerEndpointType.Authorization)
        {
            await RestoreRequestAsync(context);
        }
    }

    // Used up, foreign and expired ones are restored too: their app is told what became of them.
    private async Task RestoreRequestAsync(ProcessAuthenticationContext context)
    {
        var name = context.Request!.RequestUri![OpaqueToken.RequestUriPrefix.Length..];
        var cancellationToken = context.Transaction.GetHttpContext().RequestAborted;
        var stored = await requests.FindAsync(OpaqueToken.Hash(name), cancellationToken);
        if (stored is not null && stored.ClientId != context.Request.ClientId)
        {
            await requests.DeleteAsync(stored.Id, cancellationToken);
            stored = null;
        }

        if (stored is null)
        {
            context.Reject(Errors.InvalidRequest, "Unknown request_uri");
            return;
        }

        context.Transaction.SetStoredRequest(stored);
        var parameters = PushedParameters.Read(stored.Parameters);
        parameters.RequestUri = context.Request.RequestUri;
        context.Request = parameters;
        context.RequestTokenPrincipal = new ClaimsPrincipal(new ClaimsIdentity());
    }

    private static ClaimsPrincipal Describe(TokenGrant grant)
    {
        // OpenIddict compares the last three with the token request once more.
        var parameters = PushedParameters.Read(grant.Request.Parameters);
        return new ClaimsPrincipal(new ClaimsIdentity("OAuth"))
            .SetClaim(Claims.Subject, grant.Session.Did.Value)
            .SetPresenters(grant.Client.ClientId)
            .SetClaim(Claims.Private.RedirectUri, parameters.RedirectUri)
            .SetClaim(Claims.Private.CodeChallenge, parameters.CodeChallenge)
            .SetClaim(Claims.Private.CodeChallengeMethod, parameters.CodeChallengeMethod);
    }
}
