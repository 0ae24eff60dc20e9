using Pds.Contracts.Auth;
using Pds.Modules.Auth.Invites;

namespace Pds.Modules.Auth.Handlers;

public static class DisableInvitesHandler
{
    public static Task HandleAsync(
        DisableInvites command, InviteCodes invites, CancellationToken cancellationToken) =>
        invites.DisableAsync([.. command.Codes], [.. command.Accounts], cancellationToken);
}
