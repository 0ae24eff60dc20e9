using Pds.Modules.Auth.OAuth.Clients;
using Pds.Modules.Auth.OAuth.Scopes;
using Pds.Modules.Auth.OAuth.Sessions;
using Pds.Modules.Auth.OAuth.Tokens;
using Wolverine;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>
/// Exchanges refresh tokens. Each is good once: one that comes again is in two hands, and nobody knows which are the app's, so
/// the session ends.
/// </summary>
internal sealed class RefreshGrant(
    OAuthSessionStore sessions,
    OAuthSessions revocation,
    SessionRevocations revocations,
    AccessTokenIssuer accessTokens,
    ClientDirectory clients,
    TimeProvider time)
{
    /// <summary>
    /// Spends a refresh token and makes new tokens. Mostly one statement both checks and spends; only when it finds nothing to
    /// spend is the session read, to say why.
    /// </summary>
    /// <exception cref="OAuthException">
    /// <c>invalid_grant</c>: the session is over. <c>server_error</c> while a permission set cannot be had: nothing is lost.
    /// </exception>
    public async Task<IssuedTokens> ExchangeAsync(
        AuthenticatedClient client, string? refreshToken, IMessageBus bus, CancellationToken cancellationToken)
    {
        if (OpaqueToken.SessionOf(refreshToken ?? "") is not { } id)
        {
            throw OAuthException.InvalidGrant("Invalid refresh token");
        }

        // By what the app is now: one that authenticates no longer does not keep the long life of one that does.
        var lifetime = SessionLifetime.Of(client.Client);
        var next = OpaqueToken.NewRefresh(id);
        var rotation = new RefreshRotation(
            id, OpaqueToken.Hash(refreshToken!), OpaqueToken.Hash(next), client.Client.ClientId, client.Key, client.Proof!.Jkt, lifetime, time.GetUtcNow());
        var session = await sessions.RotateAsync(rotation, cancellationToken);
        string scope;
        if (session is not null)
        {
            scope = session.Scope;
        }
        else
        {
            var found = await CheckAsync(client, rotation, cancellationToken);

            // What may fail for a while comes before what cannot be undone.
            scope = await ScopeExpansion.ExpandAsync(found.Scope, bus, cancellationToken);
            session = await sessions.RotateAsync(rotation with { EvenWithSets = true }, cancellationToken)
                ?? throw await EndAsync(found, OAuthException.InvalidGrant("Refresh token replayed"), cancellationToken);
        }

        revocations.Supersede(session.Id, session.Generation);
        AuthTelemetry.SessionsRefreshed.Add(1);
        return accessTokens.IssueWith(next, session, lifetime, scope);
    }

    /// <summary>Ends a session whose app no longer has the key that it began with.</summary>
    public async Task EndIfKeyIsGoneAsync(string clientId, string refreshToken, CancellationToken cancellationToken)
    {
        if (OpaqueToken.SessionOf(refreshToken) is { } id
            && await sessions.FindAsync(id, OpaqueToken.Hash(refreshToken), cancellationToken) is { IsCurrent: true, Session: var session }
            && session.ClientId == clientId
            && AuthenticatedClient.KeyIdOf(session.ClientKey) is { } kid
            && (await clients.GetAsync(clientId, cancellationToken)).Keys?.Keys.Any(key => key.Kid == kid) != true)
        {
            await revocation.RevokeAsync(session.Did, id, cancellationToken);
        }
    }

    private async Task<OAuthSession> CheckAsync(
        AuthenticatedClient client, RefreshRotation rotation, CancellationToken cancellationToken)
    {
        var found = await sessions.FindAsync(rotation.SessionId, rotation.OldToken, cancellationToken)
            ?? throw OAuthException.InvalidGrant("Invalid refresh token");
        try
        {
            Check(client, rotation, found);
            return found.Session;
        }
        catch (OAuthException refusal)
        {
            throw await EndAsync(found.Session, refusal, cancellationToken);
        }
    }

    private static void Check(AuthenticatedClient client, RefreshRotation rotation, RefreshableSession found)
    {
        if (!found.IsCurrent)
        {
            throw OAuthException.InvalidGrant("Refresh token replayed");
        }

        var session = found.Session;
        client.RequireSame(session.ClientId, session.ClientKey, session.DpopJkt);
        if (!found.IsActive)
        {
            throw OAuthException.InvalidGrant("This account is not active");
        }

        if (session.ExpiresAt <= rotation.Now || rotation.Lifetime.EndOf(session.CreatedAt, session.LastUsedAt) <= rotation.Now)
        {
            throw OAuthException.InvalidGrant("Session expired");
        }
    }

    private async Task<OAuthException> EndAsync(OAuthSession session, OAuthException refusal, CancellationToken cancellationToken)
    {
        await revocation.RevokeAsync(session.Did, session.Id, cancellationToken);
        return refusal;
    }
}
