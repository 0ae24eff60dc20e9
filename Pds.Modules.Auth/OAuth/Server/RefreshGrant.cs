using OpenIddict.Abstractions;
using Pds.Modules.Auth.OAuth.Clients;
using Pds.Modules.Auth.OAuth.Sessions;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>
/// Exchanges refresh tokens. Each is good once: one that comes again is in two hands, and nobody knows which are the app's, so
/// the session ends.
/// </summary>
internal sealed class RefreshGrant(
    OAuthSessionStore sessions, OAuthSessions revocation, ClientDirectory clients, TimeProvider time)
{
    /// <exception cref="OAuthException"><c>invalid_grant</c>. The session is over.</exception>
    public async Task<TokenGrant> CheckAsync(
        AuthenticatedClient client, OpenIddictRequest request, CancellationToken cancellationToken)
    {
        var hash = OpaqueToken.Hash(request.RefreshToken ?? "");
        if (OpaqueToken.SessionOf(request.RefreshToken ?? "") is not { } id
            || await sessions.FindAsync(id, hash, cancellationToken) is not { } found)
        {
            throw OAuthException.InvalidGrant("Invalid refresh token");
        }

        try
        {
            return new TokenGrant(client.Client, Check(client, found), hash, Request: null);
        }
        catch (OAuthException)
        {
            await revocation.RevokeAsync(found.Session.Did, id, cancellationToken);
            throw;
        }
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

    private OAuthSession Check(AuthenticatedClient client, RefreshableSession found)
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

        // By what the app is now: one that authenticates no longer does not keep the long life of one that does.
        var now = time.GetUtcNow();
        var lifetime = SessionLifetime.Of(client.Client);
        if (session.ExpiresAt <= now || lifetime.EndOf(session.CreatedAt, session.LastUsedAt) <= now)
        {
            throw OAuthException.InvalidGrant("Session expired");
        }

        return session with
        {
            ClientKey = client.Key, LastUsedAt = now, ExpiresAt = lifetime.EndOf(session.CreatedAt, now),
        };
    }
}
