using AtProto;
using Pds.Contracts.Identity;
using Pds.Modules.Auth.Invites;
using Pds.Modules.Auth.Storage;
using Wolverine;

namespace Pds.Modules.Auth.Endpoints.Admin;

/// <summary>An account as <c>com.atproto.admin.defs#accountView</c> has it.</summary>
internal sealed record AccountView(
    Did Did,
    string Handle,
    string Email,
    DateTimeOffset IndexedAt,
    Invite? InvitedBy,
    List<Invite> Invites,
    bool InvitesDisabled,
    DateTimeOffset? EmailConfirmedAt,
    string? InviteNote,
    DateTimeOffset? DeactivatedAt)
{
    // What stands in the place of a handle that is none.
    private const string InvalidHandle = "handle.invalid";

    public static async Task<AccountView> OfAsync(
        AccountDetails account, InviteStore invites, IMessageBus bus, CancellationToken cancellationToken)
    {
        var identity = await bus.InvokeAsync<LocalIdentity?>(new GetIdentity(account.Did), cancellationToken);
        return new AccountView(
            account.Did, identity?.Handle.Value ?? InvalidHandle, account.Email, account.CreatedAt,
            account.InvitedBy is { } code ? await invites.FindAsync(code, cancellationToken) : null,
            await invites.ListAsync(account.Did, cancellationToken), account.InvitesDisabled, account.EmailConfirmedAt,
            account.InviteNote, account.DeactivatedAt);
    }
}
