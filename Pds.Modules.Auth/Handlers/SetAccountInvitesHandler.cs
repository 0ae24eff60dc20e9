using Pds.Contracts.Auth;
using Pds.Modules.Auth.Invites;

namespace Pds.Modules.Auth.Handlers;

public static class SetAccountInvitesHandler
{
    public static Task HandleAsync(
        SetAccountInvites command, InviteCodes invites, CancellationToken cancellationToken) =>
        invites.SetAccountAsync(command, cancellationToken);
}
