using Pds.Contracts.Auth;
using Pds.Modules.Auth.Invites;

namespace Pds.Modules.Auth.Handlers;

public static class CreateInvitesHandler
{
    public static async Task<IReadOnlyList<string>> HandleAsync(
        CreateInvites command, InviteCodes invites, CancellationToken cancellationToken)
    {
        var owner = command.ForAccount?.Value ?? Invite.Admin;
        return (await invites.CreateAsync(command.Count, command.Uses, [owner], cancellationToken))[0].Codes;
    }
}
