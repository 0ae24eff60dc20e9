using AtProto;
using Pds.Modules.Auth.OAuth.Tokens;

namespace Pds.Modules.Auth.OAuth.Sessions;

/// <summary>Ends the sessions of apps: their refresh tokens with the row, their access tokens in the memory of every replica.</summary>
public sealed class OAuthSessions(OAuthSessionStore store, SessionRevocations revocations)
{
    /// <summary>Ends one session. False when the account has no such session.</summary>
    public async Task<bool> RevokeAsync(Did did, string sessionId, CancellationToken cancellationToken) =>
        await RevokeAsync(did, sessionId, forgetConsent: false, cancellationToken);

    /// <summary>Ends one session, and with the last one of an app the memory of what was agreed to.</summary>
    public async Task<bool> DisconnectAsync(Did did, string sessionId, CancellationToken cancellationToken) =>
        await RevokeAsync(did, sessionId, forgetConsent: true, cancellationToken);

    /// <summary>
    /// Ends every session of an account and forgets which apps it has agreed to: after a password reset, a deactivation, a
    /// deletion or a takedown.
    /// </summary>
    public async Task RevokeAllAsync(Did did, CancellationToken cancellationToken)
    {
        var sessionIds = await store.DeleteAllAsync(did, cancellationToken);
        await Task.WhenAll(sessionIds.Select(revocations.RevokeAsync));
    }

    private async Task<bool> RevokeAsync(Did did, string sessionId, bool forgetConsent, CancellationToken cancellationToken)
    {
        if (!await store.DeleteAsync(did, sessionId, forgetConsent, cancellationToken))
        {
            return false;
        }

        await revocations.RevokeAsync(sessionId);
        return true;
    }
}
