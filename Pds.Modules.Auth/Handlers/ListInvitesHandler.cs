using Pds.Contracts.Auth;
using Pds.Modules.Auth.Invites;

namespace Pds.Modules.Auth.Handlers;

public static class ListInvitesHandler
{
    private const int MostAtOnce = 500;

    public static async Task<InviteListing> HandleAsync(
        ListInvites query, InviteCodes invites, CancellationToken cancellationToken)
    {
        var (codes, next) = await invites.ListAsync(
            query.IsByUsage, query.Cursor, Math.Clamp(query.Limit, 1, MostAtOnce), cancellationToken);
        return new InviteListing(codes.ConvertAll(code => code.Summarize()), next);
    }
}
