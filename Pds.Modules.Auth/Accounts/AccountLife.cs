using AtProto;
using Pds.Contracts.Identity;
using Pds.Contracts.Repo;
using Pds.Modules.Auth.Mail;
using Pds.Modules.Auth.OAuth.Sessions;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Auth.Accounts;

/// <summary>Takes accounts out of sight, brings them back, and deletes them: across the modules, each step good to repeat.</summary>
public sealed class AccountLife
{
    private readonly AccountStore _accounts;
    private readonly MailedCodes _codes;
    private readonly PasswordCheck _check;
    private readonly OAuthSessions _sessions;
    private readonly AccountDeletion _deletion;
    private readonly TimeProvider _time;

    internal AccountLife(
        AccountStore accounts, MailedCodes codes, PasswordCheck check, OAuthSessions sessions, AccountDeletion deletion,
        TimeProvider time)
    {
        (_accounts, _codes, _check, _sessions, _deletion, _time) = (accounts, codes, check, sessions, deletion, time);
    }

    /// <param name="deleteAfter">When the owner wants it deleted.</param>
    internal async Task DeactivateAsync(
        Did did, DateTimeOffset? deleteAfter, IMessageBus bus, CancellationToken cancellationToken, bool endsApps = true)
    {
        await _accounts.SetDeactivatedAsync(did, _time.GetUtcNow(), deleteAfter, endsApps, cancellationToken);
        await ShowStatusAsync(did, bus, cancellationToken);
        if (endsApps)
        {
            await _sessions.RevokeAllAsync(did, cancellationToken);
        }
    }

    internal async Task ActivateAsync(Did did, IMessageBus bus, CancellationToken cancellationToken)
    {
        if (await _accounts.FindAsync(did, cancellationToken) is not { Status: AccountStatus.Active or AccountStatus.Deactivated })
        {
            throw XrpcErrors.BadRequest("AccountNotFound", "user not found");
        }

        await RequireHostedHereAsync(did, bus, cancellationToken);
        await _accounts.SetDeactivatedAsync(did, null, null, dropAppPasswords: false, cancellationToken);
        await ShowStatusAsync(did, bus, cancellationToken);
        var identity = await bus.InvokeAsync<LocalIdentity?>(new GetIdentity(did), cancellationToken);
        await bus.InvokeAsync(new AnnounceIdentity(did, identity?.Handle), cancellationToken);
        await bus.InvokeAsync(new AnnounceHead(did), cancellationToken);
    }

    /// <summary>Tells the other modules, and the network, how the account stands by now: that it is taken down outweighs all else.</summary>
    internal async Task ShowStatusAsync(Did did, IMessageBus bus, CancellationToken cancellationToken)
    {
        var account = await _accounts.FindAsync(did, cancellationToken) ?? throw XrpcErrors.AccountNotFound();
        await bus.InvokeAsync(new SetIdentityStatus(did, account.Status), cancellationToken);
        await bus.InvokeAsync(new SetRepositoryStatus(did, account.Status), cancellationToken);
    }

    /// <summary>Ends the sessions of apps.</summary>
    internal Task EndSessionsAsync(Did did, CancellationToken cancellationToken) => _sessions.RevokeAllAsync(did, cancellationToken);

    /// <summary>Deletes an account without its owner's word: for the administrator. Nothing happens where there is none.</summary>
    internal Task DeleteAsync(Did did, IMessageBus bus, CancellationToken cancellationToken) =>
        _deletion.DeleteAsync(did, ifExpired: false, bus, cancellationToken);

    internal async Task RequestDeletionAsync(Did did, IMessageBus bus, CancellationToken cancellationToken)
    {
        var account = await _accounts.FindAsync(did, cancellationToken) ?? throw XrpcErrors.AccountNotFound();
        await _codes.SendAsync(account, MailPurpose.DeleteAccount, bus, cancellationToken);
    }

    internal async Task DeleteAsync(
        Did did, string password, string token, string address, IMessageBus bus, CancellationToken cancellationToken)
    {
        await _check.RequireAsync(did, password, address, cancellationToken);
        await _codes.UseAsync(did, MailPurpose.DeleteAccount, token, cancellationToken);
        await _deletion.DeleteAsync(did, ifExpired: false, bus, cancellationToken);
    }

    // The network has to look for the account here, and for commits signed with its key.
    private static async Task RequireHostedHereAsync(Did did, IMessageBus bus, CancellationToken cancellationToken)
    {
        var key = await bus.InvokeAsync<RepositorySigningKey?>(new GetSigningKey(did), cancellationToken)
            ?? throw XrpcErrors.RepoNotFound(did);
        var check = await bus.InvokeAsync<HostingCheck>(new CheckHosting(did, key.DidKey), cancellationToken);
        if (check.Problem is { } problem)
        {
            throw XrpcErrors.InvalidRequest(problem);
        }
    }
}
