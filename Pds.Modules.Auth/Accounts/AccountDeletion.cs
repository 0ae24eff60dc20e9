using AtProto;
using Pds.Contracts.Identity;
using Pds.Contracts.Moving;
using Pds.Contracts.Proxy;
using Pds.Contracts.Repo;
using Pds.Modules.Auth.OAuth.Sessions;
using Pds.Modules.Auth.SignIn;
using Pds.Modules.Auth.Storage;
using Wolverine;

namespace Pds.Modules.Auth.Accounts;

/// <summary>
/// Deletes accounts, module by module. The first step leaves a note that the last one takes away, so that what a crash has
/// cut short is finished by <see cref="AccountExpiry"/>.
/// </summary>
internal sealed class AccountDeletion(AccountDeletionStore deletions, OAuthSessions sessions, SignInGuard guard)
{
    /// <param name="ifExpired">Only if it is deactivated and its time has come; it may have come back meanwhile.</param>
    public async Task DeleteAsync(Did did, bool ifExpired, IMessageBus bus, CancellationToken cancellationToken)
    {
        await sessions.RevokeAllAsync(did, cancellationToken);
        if (await deletions.BeginAsync(did, ifExpired, cancellationToken))
        {
            // From here on there is no way back, whether the client waits for it or not.
            await FinishAsync(did, bus, CancellationToken.None);
        }
    }

    /// <summary>Has the other modules delete what they have; good to repeat.</summary>
    public async Task FinishAsync(Did did, IMessageBus bus, CancellationToken cancellationToken)
    {
        await bus.InvokeAsync(new DeleteRepository(did), cancellationToken);
        await bus.InvokeAsync(new ForgetPreferences(did), cancellationToken);
        await bus.InvokeAsync(new ForgetMoves(did), cancellationToken);
        await bus.InvokeAsync(new SetIdentityStatus(did, AccountStatus.Deleted), cancellationToken);
        await guard.ForgetAsync(did.Value);
        await deletions.EndAsync(did, cancellationToken);
    }
}
