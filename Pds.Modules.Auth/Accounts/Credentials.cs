using AtProto;
using Pds.Contracts.Auth;
using Pds.Contracts.Identity;
using Pds.Modules.Auth.Devices;
using Pds.Modules.Auth.Mail;
using Pds.Modules.Auth.OAuth.Sessions;
using Pds.Modules.Auth.SignIn;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Auth.Accounts;

/// <summary>Passwords and addresses of accounts, for the pages and for the methods of the protocol alike.</summary>
public sealed class Credentials
{
    private readonly AccountStore _accounts;
    private readonly MailedTokenStore _tokens;
    private readonly Mails _mails;
    private readonly SecurityNotices _notices;
    private readonly PasswordHasher _passwords;
    private readonly PasswordCheck _check;
    private readonly AttemptLimits _limits;
    private readonly BrowserDevices _devices;
    private readonly OAuthSessions _sessions;
    private readonly LoginFinder _logins;
    private readonly TimeProvider _time;

    internal Credentials(
        AccountStore accounts, MailedTokenStore tokens, Mails mails, SecurityNotices notices, PasswordHasher passwords, PasswordCheck check,
        AttemptLimits limits, BrowserDevices devices, OAuthSessions sessions, LoginFinder logins, TimeProvider time)
    {
        (_accounts, _tokens, _mails, _notices, _passwords, _check) = (accounts, tokens, mails, notices, passwords, check);
        (_limits, _devices, _sessions, _logins, _time) = (limits, devices, sessions, logins, time);
    }

    /// <summary>Mails a code for a new password; false when there is no such account.</summary>
    internal async Task<bool> RequestResetAsync(
        string identifier, string address, IMessageBus bus, CancellationToken cancellationToken)
    {
        await _limits.CountAsync(AttemptLimit.Mail, address);
        if (await _logins.FindAsync(identifier, null, bus, cancellationToken) is not { } login)
        {
            return false;
        }

        await _limits.CountAsync(AttemptLimit.Mail, login.Account.Did.Value);
        await MailAsync(login.Account, MailPurpose.ResetPassword, "PasswordReset", bus, cancellationToken);
        return true;
    }

    /// <summary>Sets a new password by a mailed code. Everything that was signed in is signed out.</summary>
    internal async Task ResetAsync(string token, string password, string address, CancellationToken cancellationToken)
    {
        await _limits.CountAsync(AttemptLimit.Address, address);
        NewPassword.Require(password);
        var did = await _tokens.UseAsync(null, MailPurpose.ResetPassword, token, cancellationToken);
        await ReplacePasswordAsync(did, password, null, cancellationToken);

        // Whoever has the code has read the mail.
        await _accounts.ConfirmEmailAsync(did, _time.GetUtcNow(), cancellationToken);
    }

    internal async Task ChangePasswordAsync(ChangePassword command, CancellationToken cancellationToken)
    {
        await _check.RequireAsync(command.Did, command.CurrentPassword, command.Address, cancellationToken);
        NewPassword.Require(command.NewPassword);
        await ReplacePasswordAsync(command.Did, command.NewPassword, command.DeviceId, cancellationToken);
    }

    /// <summary>Mails a code to a confirmed address; false when none is needed to change it.</summary>
    internal async Task<bool> RequestEmailChangeAsync(Did did, IMessageBus bus, CancellationToken cancellationToken)
    {
        var account = await FindAsync(did, cancellationToken);
        if (account.EmailConfirmed)
        {
            await _limits.CountAsync(AttemptLimit.Mail, did.Value);
            await MailAsync(account, MailPurpose.UpdateEmail, "EmailUpdate", bus, cancellationToken);
        }

        return account.EmailConfirmed;
    }

    internal async Task ChangeEmailAsync(Did did, string email, string? token, CancellationToken cancellationToken)
    {
        var account = await FindAsync(did, cancellationToken);
        var address = email.Trim().ToLowerInvariant();
        if (!EmailAddress.IsSupported(address))
        {
            throw XrpcErrors.InvalidRequest("This email address is not supported, please use a different email.");
        }

        if (account.EmailConfirmed)
        {
            if (string.IsNullOrWhiteSpace(token))
            {
                throw XrpcErrors.BadRequest("TokenRequired", "Confirmation token required");
            }

            await _tokens.UseAsync(did, MailPurpose.UpdateEmail, token, cancellationToken);
        }

        if (address == account.Email)
        {
            return;
        }

        if (!await _accounts.TrySetEmailAsync(did, address, cancellationToken))
        {
            throw XrpcErrors.InvalidRequest("This email address is already in use, please use a different email.");
        }

        await _notices.TellAsync(account.Email, SecurityNotice.Email, cancellationToken);
    }

    internal async Task RequestConfirmationAsync(Did did, IMessageBus bus, CancellationToken cancellationToken)
    {
        await _limits.CountAsync(AttemptLimit.Mail, did.Value);
        var account = await FindAsync(did, cancellationToken);
        await MailAsync(account, MailPurpose.ConfirmEmail, "EmailConfirm", bus, cancellationToken);
    }

    internal async Task ConfirmAsync(Did did, string email, string token, CancellationToken cancellationToken)
    {
        var account = await FindAsync(did, cancellationToken);
        if (!account.Email.Equals(email.Trim(), StringComparison.OrdinalIgnoreCase))
        {
            throw XrpcErrors.BadRequest("InvalidEmail", "Invalid email");
        }

        await _tokens.UseAsync(did, MailPurpose.ConfirmEmail, token, cancellationToken);
        await _accounts.ConfirmEmailAsync(did, _time.GetUtcNow(), cancellationToken);
    }

    /// <summary>Mails a code with which this server signs a PLC operation.</summary>
    internal async Task RequestPlcTokenAsync(Did did, IMessageBus bus, CancellationToken cancellationToken)
    {
        await _limits.CountAsync(AttemptLimit.Mail, did.Value);
        var account = await FindAsync(did, cancellationToken);
        await MailAsync(account, MailPurpose.PlcOperation, "PlcOperation", bus, cancellationToken);
    }

    internal Task<Did> UsePlcTokenAsync(Did did, string token, CancellationToken cancellationToken) =>
        _tokens.UseAsync(did, MailPurpose.PlcOperation, token, cancellationToken);

    /// <summary>Mails a code to an account.</summary>
    /// <param name="kind">The beginning of the names of the mail's texts.</param>
    internal async Task MailAsync(
        Account account, MailPurpose purpose, string kind, IMessageBus bus, CancellationToken cancellationToken)
    {
        var identity = await bus.InvokeAsync<LocalIdentity?>(new GetIdentity(account.Did), cancellationToken);
        var token = await _tokens.CreateAsync(account.Did, purpose, cancellationToken);
        await _mails.QueueAsync(kind, account.Email, identity?.Handle.Value ?? account.Did.Value, token, cancellationToken);
    }

    /// <summary>Sets a password and ends all that is signed in, but for one browser.</summary>
    internal async Task ReplacePasswordAsync(Did did, string password, string? exceptDeviceId, CancellationToken cancellationToken)
    {
        var hash = await _passwords.HashAsync(password, cancellationToken);
        await _accounts.ReplacePasswordAsync(did, hash, cancellationToken);
        await _devices.SignOutElsewhereAsync(did, exceptDeviceId, cancellationToken);
        await _sessions.RevokeAllAsync(did, cancellationToken);
        await _notices.TellAsync(did, SecurityNotice.Password, cancellationToken);
    }

    /// <summary>Ends all that is signed in: legacy sessions, browsers and apps. App passwords stay good.</summary>
    internal async Task EndSessionsAsync(Did did, CancellationToken cancellationToken)
    {
        await _accounts.EndSessionsAsync(did, cancellationToken);
        await _devices.SignOutElsewhereAsync(did, null, cancellationToken);
        await _sessions.RevokeAllAsync(did, cancellationToken);
    }

    private async Task<Account> FindAsync(Did did, CancellationToken cancellationToken) =>
        await _accounts.FindAsync(did, cancellationToken) ?? throw XrpcErrors.AccountNotFound();
}
