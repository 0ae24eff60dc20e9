using Pds.Contracts.Auth;
using Pds.Modules.Auth.Mail;
using Pds.Modules.Auth.SignIn;
using Pds.Modules.Auth.Storage;

namespace Pds.Modules.Auth.Accounts;

/// <summary>Passwords that are forgotten or changed, for the pages and for the methods of the protocol alike.</summary>
public sealed class Passwords
{
    private readonly ResetRequests _requests;
    private readonly MailedCodes _codes;
    private readonly PasswordCheck _check;
    private readonly AttemptLimits _limits;
    private readonly PasswordReplacement _replacement;
    private readonly AccountStore _accounts;
    private readonly TimeProvider _time;

    internal Passwords(
        ResetRequests requests, MailedCodes codes, PasswordCheck check, AttemptLimits limits, PasswordReplacement replacement,
        AccountStore accounts, TimeProvider time)
    {
        (_requests, _codes, _check, _limits) = (requests, codes, check, limits);
        (_replacement, _accounts, _time) = (replacement, accounts, time);
    }

    /// <summary>
    /// Has a code for a new password mailed to an account, if there is one. Nothing of that is done here: whether there is one
    /// can be told neither by the answer nor by the time that it takes.
    /// </summary>
    internal async Task RequestResetAsync(string identifier, string address, CancellationToken cancellationToken)
    {
        await _limits.CountAsync(AttemptLimit.Mail, address);
        await _requests.AddAsync(identifier, cancellationToken);
    }

    /// <summary>Sets a new password by a mailed code. Everything that was signed in is signed out.</summary>
    internal async Task ResetAsync(string token, string password, string address, CancellationToken cancellationToken)
    {
        await _limits.CountAsync(AttemptLimit.Address, address);
        NewPassword.Require(password);
        var did = await _codes.UseAsync(null, MailPurpose.ResetPassword, token, cancellationToken);
        await _replacement.ReplaceAsync(did, password, null, cancellationToken);

        // Whoever has the code has read the mail.
        await _accounts.ConfirmEmailAsync(did, _time.GetUtcNow(), cancellationToken);
    }

    internal async Task ChangeAsync(ChangePassword command, CancellationToken cancellationToken)
    {
        await _check.RequireAsync(command.Did, command.CurrentPassword, command.Address, cancellationToken);
        NewPassword.Require(command.NewPassword);
        await _replacement.ReplaceAsync(command.Did, command.NewPassword, command.DeviceId, cancellationToken);
    }
}
