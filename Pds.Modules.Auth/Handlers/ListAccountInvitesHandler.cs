using Pds.Contracts.Auth;
using Pds.Modules.Auth.Invites;

namespace Pds.Modules.Auth.Handlers;

public static class ListAccountInvitesHandler
{
    public static async Task<IReadOnlyList<InviteSummary>> HandleAsync(
        ListAccountInvites query, InviteCodes invites, CancellationToken cancellationToken) =>
        (await invites.ListAsync(query.Owner, cancellationToken)).ConvertAll(code => code.Summarize());
}
