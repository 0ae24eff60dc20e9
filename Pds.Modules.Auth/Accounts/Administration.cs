using System.Globalization;
using AtProto;
using Pds.Contracts.Identity;
using Pds.Contracts.Repo;
using Pds.Modules.Auth.Mail;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Auth.Accounts;

/// <summary>What administrators and the moderation service do to accounts, across the modules; each step good to repeat.</summary>
public sealed class Administration
{
    private readonly AdministrationStore _store;
    private readonly AccountStore _accounts;
    private readonly PasswordReplacement _passwords;
    private readonly AccountLife _life;
    private readonly Mails _mails;
    private readonly TimeProvider _time;

    internal Administration(
        AdministrationStore store, AccountStore accounts, PasswordReplacement passwords, AccountLife life, Mails mails, TimeProvider time)
    {
        (_store, _accounts, _passwords, _life, _mails, _time) = (store, accounts, passwords, life, mails, time);
    }

    /// <summary>What a takedown is called that its moderators do not name.</summary>
    internal string NewReference() =>
        _time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Takes an account out of sight and ends all that is signed in; or lets it be seen again, as what it was before.</summary>
    /// <param name="reference">What the moderators call it; null for an account that is to be seen again.</param>
    internal async Task SetTakedownAsync(Did did, string? reference, IMessageBus bus, CancellationToken cancellationToken)
    {
        if (!await _store.SetTakedownAsync(did, reference, cancellationToken))
        {
            throw NotFound();
        }

        if (reference is not null)
        {
            await _life.EndSessionsAsync(did, cancellationToken);
        }

        await _life.ShowStatusAsync(did, bus, cancellationToken);
    }

    /// <summary>Deactivates an account, whose apps stay as they are; or activates it, as its owner would.</summary>
    internal Task SetDeactivationAsync(Did did, bool isApplied, IMessageBus bus, CancellationToken cancellationToken) => isApplied
        ? _life.DeactivateAsync(did, deleteAfter: null, bus, cancellationToken, endsApps: false)
        : _life.ActivateAsync(did, bus, cancellationToken);

    /// <summary>Ends all that is signed in.</summary>
    internal async Task EndSessionsAsync(Did did, CancellationToken cancellationToken)
    {
        _ = await _accounts.FindAsync(did, cancellationToken) ?? throw NotFound();
        await _passwords.EndSessionsAsync(did, cancellationToken);
    }

    /// <summary>Gives an account another address, which is not confirmed then.</summary>
    internal async Task<Did> SetEmailAsync(AtIdentifier account, string email, IMessageBus bus, CancellationToken cancellationToken)
    {
        var did = await ResolveAsync(account, bus, cancellationToken);
        var address = email.Trim().ToLowerInvariant();
        if (!EmailAddress.IsWellFormed(address))
        {
            throw XrpcErrors.InvalidRequest("This email address is not supported, please use a different email.");
        }

        if (!await _accounts.TrySetEmailAsync(did, address, cancellationToken))
        {
            throw XrpcErrors.InvalidRequest("This email address is already in use, please use a different email.");
        }

        return did;
    }

    /// <summary>Gives an account another password, and ends all that is signed in.</summary>
    internal async Task SetPasswordAsync(Did did, string password, CancellationToken cancellationToken)
    {
        if (password.Length is 0 or > NewPassword.MaxLength)
        {
            throw XrpcErrors.InvalidRequest("Invalid password length.");
        }

        _ = await _accounts.FindAsync(did, cancellationToken) ?? throw NotFound();
        await _passwords.ReplaceAsync(did, password, null, cancellationToken);
    }

    /// <summary>Mails what a moderator has to say.</summary>
    /// <param name="content">HTML.</param>
    internal async Task MailAsync(Did did, string subject, string content, CancellationToken cancellationToken)
    {
        var account = await _accounts.FindAsync(did, cancellationToken) ?? throw XrpcErrors.InvalidRequest("Recipient not found");
        await _mails.QueueAsync(account.Email, subject, content, cancellationToken);
    }

    /// <summary>Says again on the stream how an account stands.</summary>
    internal async Task AnnounceStatusAsync(Did did, IMessageBus bus, CancellationToken cancellationToken)
    {
        var account = await _accounts.FindAsync(did, cancellationToken) ?? throw NotFound();
        await bus.InvokeAsync(new SetRepositoryStatus(did, account.Status), cancellationToken);
    }

    private static async Task<Did> ResolveAsync(AtIdentifier account, IMessageBus bus, CancellationToken cancellationToken)
    {
        var identity = account.Did is { } did
            ? await bus.InvokeAsync<LocalIdentity?>(new GetIdentity(did), cancellationToken)
            : await bus.InvokeAsync<LocalIdentity?>(new FindIdentity(account.Handle!.Value), cancellationToken);
        return identity?.Did ?? throw XrpcErrors.InvalidRequest($"Account does not exist: {account}");
    }

    private static XrpcException NotFound() => XrpcErrors.BadRequest("NotFound", "Account not found");
}
