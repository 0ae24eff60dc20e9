using AtProto;
using Pds.Contracts.Auth;
using Pds.Modules.Auth.Mail;
using Pds.Modules.Auth.SignIn;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Auth.Accounts;

/// <summary>The addresses of accounts: confirmed and changed, for the pages and for the methods of the protocol alike.</summary>
public sealed class EmailAddresses
{
    private readonly AccountStore _accounts;
    private readonly SecondFactorStore _factors;
    private readonly MailedCodes _codes;
    private readonly SecurityNotices _notices;
    private readonly AttemptLimits _limits;
    private readonly TimeProvider _time;

    internal EmailAddresses(
        AccountStore accounts, SecondFactorStore factors, MailedCodes codes, SecurityNotices notices, AttemptLimits limits,
        TimeProvider time)
    {
        (_accounts, _factors, _codes, _notices, _limits, _time) = (accounts, factors, codes, notices, limits, time);
    }

    /// <summary>Mails a code to a confirmed address; false when none is needed to change it.</summary>
    internal async Task<bool> RequestChangeAsync(Did did, IMessageBus bus, CancellationToken cancellationToken)
    {
        var account = await FindAsync(did, cancellationToken);
        if (account.EmailConfirmed)
        {
            await _limits.CountAsync(AttemptLimit.Mail, did.Value);
            await _codes.SendAsync(account, MailPurpose.UpdateEmail, bus, cancellationToken);
        }

        return account.EmailConfirmed;
    }

    /// <summary>Changes the address, or whether a code is mailed to it at every sign-in, or both.</summary>
    /// <param name="isFactor">Null leaves that as it is.</param>
    internal async Task ChangeAsync(
        Did did, string email, string? token, CancellationToken cancellationToken, bool? isFactor = null)
    {
        var account = await FindAsync(did, cancellationToken);
        var address = email.Trim().ToLowerInvariant();
        if (!EmailAddress.IsSupported(address))
        {
            throw XrpcErrors.InvalidRequest("This email address is not supported, please use a different email.");
        }

        var isSame = address == account.Email;
        if (isFactor == true && !(isSame && account.EmailConfirmed))
        {
            throw XrpcErrors.InvalidRequest("emailAuthFactor needs an email address that is confirmed");
        }

        // To ask for more at a sign-in takes no proof.
        if (account.EmailConfirmed && !(isSame && isFactor == true))
        {
            if (string.IsNullOrWhiteSpace(token))
            {
                throw XrpcErrors.BadRequest("TokenRequired", "Confirmation token required");
            }

            await _codes.UseAsync(did, MailPurpose.UpdateEmail, token, cancellationToken);
        }

        if (!isSame && !await _accounts.TrySetEmailAsync(did, address, cancellationToken))
        {
            throw XrpcErrors.InvalidRequest("This email address is already in use, please use a different email.");
        }

        if (!isSame)
        {
            await _notices.TellAsync(account.Email, SecurityNotice.Email, cancellationToken);
        }
        else if (isFactor is { } isOn)
        {
            await _factors.SetEmailAsync(did, isOn, cancellationToken);
            if (isOn != account.HasEmailFactor)
            {
                await _notices.TellAsync(did, SecurityNotice.Factor, cancellationToken);
            }
        }
    }

    /// <summary>Changes the address on a page, which has the new one confirmed at once.</summary>
    internal async Task ChangeAsync(ChangeEmail command, IMessageBus bus, CancellationToken cancellationToken)
    {
        await ChangeAsync(command.Did, command.Email, command.Token, cancellationToken);
        try
        {
            await RequestConfirmationAsync(command.Did, bus, cancellationToken);
        }
        catch (XrpcException refusal) when (refusal.Error == "RateLimitExceeded")
        {
            // The address is changed all the same, and a code can be asked for later.
        }
    }

    internal async Task RequestConfirmationAsync(Did did, IMessageBus bus, CancellationToken cancellationToken)
    {
        await _limits.CountAsync(AttemptLimit.Mail, did.Value);
        var account = await FindAsync(did, cancellationToken);
        await _codes.SendAsync(account, MailPurpose.ConfirmEmail, bus, cancellationToken);
    }

    internal async Task ConfirmAsync(Did did, string email, string token, CancellationToken cancellationToken)
    {
        var account = await _accounts.FindAsync(did, cancellationToken)
            ?? throw XrpcErrors.BadRequest("AccountNotFound", "user not found");
        if (!account.Email.Equals(email.Trim(), StringComparison.OrdinalIgnoreCase))
        {
            throw XrpcErrors.BadRequest("InvalidEmail", "Invalid email");
        }

        await _codes.UseAsync(did, MailPurpose.ConfirmEmail, token, cancellationToken);
        await _accounts.ConfirmEmailAsync(did, _time.GetUtcNow(), cancellationToken);
    }

    private async Task<Account> FindAsync(Did did, CancellationToken cancellationToken) =>
        await _accounts.FindAsync(did, cancellationToken) ?? throw XrpcErrors.AccountNotFound();
}
