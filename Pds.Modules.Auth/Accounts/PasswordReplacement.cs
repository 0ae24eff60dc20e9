using AtProto;
using Pds.Modules.Auth.Devices;
using Pds.Modules.Auth.Mail;
using Pds.Modules.Auth.OAuth.Sessions;
using Pds.Modules.Auth.Storage;

namespace Pds.Modules.Auth.Accounts;

/// <summary>Sets passwords, and ends what was signed in with the old one.</summary>
internal sealed class PasswordReplacement(
    PasswordHasher passwords, AccountStore accounts, BrowserDevices devices, OAuthSessions sessions, SecurityNotices notices)
{
    /// <param name="exceptDeviceId">A browser that stays signed in.</param>
    public async Task ReplaceAsync(Did did, string password, string? exceptDeviceId, CancellationToken cancellationToken)
    {
        var hash = await passwords.HashAsync(password, cancellationToken);
        await accounts.ReplacePasswordAsync(did, hash, cancellationToken);
        await devices.SignOutElsewhereAsync(did, exceptDeviceId, cancellationToken);
        await sessions.RevokeAllAsync(did, cancellationToken);
        await notices.TellAsync(did, SecurityNotice.Password, cancellationToken);
    }

    /// <summary>Ends all that is signed in: legacy sessions, browsers and apps. App passwords stay good.</summary>
    public async Task EndSessionsAsync(Did did, CancellationToken cancellationToken)
    {
        await accounts.EndSessionsAsync(did, cancellationToken);
        await devices.SignOutElsewhereAsync(did, null, cancellationToken);
        await sessions.RevokeAllAsync(did, cancellationToken);
    }
}
