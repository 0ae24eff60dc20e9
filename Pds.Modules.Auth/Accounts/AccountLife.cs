using AtProto;
using AtProto.Identity;
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
    private readonly MailedTokenStore _tokens;
    private readonly Credentials _credentials;
    private readonly PasswordCheck _check;
    private readonly OAuthSessions _sessions;
    private readonly ServiceOptions _service;
    private readonly TimeProvider _time;

    internal AccountLife(
        AccountStore accounts, MailedTokenStore tokens, Credentials credentials, PasswordCheck check, OAuthSessions sessions,
        ServiceOptions service, TimeProvider time)
    {
        (_accounts, _tokens, _credentials, _check) = (accounts, tokens, credentials, check);
        (_sessions, _service, _time) = (sessions, service, time);
    }

    /// <param name="deleteAfter">When the owner wants it deleted.</param>
    internal async Task DeactivateAsync(
        Did did, DateTimeOffset? deleteAfter, IMessageBus bus, CancellationToken cancellationToken, bool endsApps = true)
    {
        await _accounts.SetDeactivatedAsync(did, _time.GetUtcNow(), deleteAfter, endsApps, cancellationToken);
        await bus.InvokeAsync(new SetIdentityStatus(did, AccountStatus.Deactivated), cancellationToken);
        await bus.InvokeAsync(new SetRepositoryStatus(did, AccountStatus.Deactivated), cancellationToken);
        if (endsApps)
        {
            await _sessions.RevokeAllAsync(did, cancellationToken);
        }
    }

    internal async Task ActivateAsync(Did did, IMessageBus bus, CancellationToken cancellationToken)
    {
        if (await _accounts.FindAsync(did, cancellationToken) is not { Status: AccountStatus.Active or AccountStatus.Deactivated })
        {
            throw XrpcErrors.AccountNotFound();
        }

        await RequireHostedHereAsync(did, bus, cancellationToken);
        await _accounts.SetDeactivatedAsync(did, null, null, dropAppPasswords: false, cancellationToken);
        await bus.InvokeAsync(new SetIdentityStatus(did, AccountStatus.Active), cancellationToken);
        await bus.InvokeAsync(new SetRepositoryStatus(did, AccountStatus.Active), cancellationToken);
        var identity = await bus.InvokeAsync<LocalIdentity?>(new GetIdentity(did), cancellationToken);
        await bus.InvokeAsync(new AnnounceIdentity(did, identity?.Handle), cancellationToken);
        await bus.InvokeAsync(new AnnounceHead(did), cancellationToken);
    }

    internal async Task RequestDeletionAsync(Did did, IMessageBus bus, CancellationToken cancellationToken)
    {
        var account = await _accounts.FindAsync(did, cancellationToken) ?? throw XrpcErrors.AccountNotFound();
        await _credentials.MailAsync(account, MailPurpose.DeleteAccount, "AccountDelete", bus, cancellationToken);
    }

    internal async Task DeleteAsync(
        Did did, string password, string token, string address, IMessageBus bus, CancellationToken cancellationToken)
    {
        await _check.RequireAsync(did, password, address, cancellationToken);
        await _tokens.UseAsync(did, MailPurpose.DeleteAccount, token, cancellationToken);
        await _sessions.RevokeAllAsync(did, cancellationToken);
        await _accounts.DeleteAsync(did, cancellationToken);
        await bus.InvokeAsync(new DeleteRepository(did), cancellationToken);
        await bus.InvokeAsync(new SetIdentityStatus(did, AccountStatus.Deleted), cancellationToken);
    }

    // The network has to look for the account here, and for commits signed with its key.
    private async Task RequireHostedHereAsync(Did did, IMessageBus bus, CancellationToken cancellationToken)
    {
        var resolved = await bus.InvokeAsync<ResolvedDid?>(new ResolveDidDocument(did, Fresh: true), cancellationToken);
        if (resolved is null || !DidDocument.TryParse(resolved.Json.Span, out var document))
        {
            throw XrpcErrors.InvalidRequest("Could not resolve DID");
        }

        if (document.PdsEndpoint != _service.PublicUrl)
        {
            throw XrpcErrors.InvalidRequest("DID document atproto_pds service endpoint does not match PDS public url");
        }

        var key = await bus.InvokeAsync<RepositorySigningKey?>(new GetSigningKey(did), cancellationToken);
        if (key is null || document.SigningKey?.ToDidKey() != key.DidKey)
        {
            throw XrpcErrors.InvalidRequest("DID document verification method does not match expected signing key");
        }
    }
}
