using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OpenIddict.Abstractions;
using Pds.Modules.Auth.OAuth.Server;
using Pds.Modules.Auth.OAuth.Sessions;
using Pds.Modules.Auth.OAuth.Tokens;

namespace Pds.Modules.Auth.OAuth.Endpoints;

/// <summary><c>/oauth/revoke</c> (RFC 7009): ends the session of an access or refresh token. Says nothing of tokens that are not the app's.</summary>
internal static class Revoke
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost(OAuthMiddleware.RevokePath, HandleAsync);

    private static async Task<IResult> HandleAsync(
        HttpContext context,
        ClientAuthentication authentication,
        OAuthSessionStore store,
        OAuthSessions sessions,
        AccessTokenVerifier accessTokens,
        CancellationToken cancellationToken)
    {
        var request = new OpenIddictRequest(await context.Request.ReadFormAsync(cancellationToken));
        if (string.IsNullOrEmpty(request.Token))
        {
            throw OAuthException.InvalidRequest("token is required");
        }

        var client = await authentication.AuthenticateAsync(context, request, requireProof: false, cancellationToken);
        if (await FindAsync(request.Token, store, accessTokens, cancellationToken) is { } session && MayRevoke(client, session))
        {
            await sessions.RevokeAsync(session.Did, session.Id, cancellationToken);
        }

        return Results.Text("{}", "application/json");
    }

    // A used refresh token will do: who shows it wants an end of the session, or is a reason for it.
    private static async Task<OAuthSession?> FindAsync(
        string token, OAuthSessionStore store, AccessTokenVerifier accessTokens, CancellationToken cancellationToken)
    {
        if (token.StartsWith(OpaqueToken.CodePrefix, StringComparison.Ordinal))
        {
            return await store.FindByCodeAsync(OpaqueToken.Hash(token), cancellationToken);
        }

        try
        {
            var id = OpaqueToken.SessionOf(token) ?? accessTokens.Verify(token).SessionId;
            return await store.FindAsync(id, cancellationToken);
        }
        catch (OAuthException)
        {
            return null;
        }
    }

    private static bool MayRevoke(AuthenticatedClient client, OAuthSession session)
    {
        try
        {
            client.RequireSame(session.ClientId, session.ClientKey, client.Proof is null ? null : session.DpopJkt);
            return true;
        }
        catch (OAuthException)
        {
            return false;
        }
    }
}
