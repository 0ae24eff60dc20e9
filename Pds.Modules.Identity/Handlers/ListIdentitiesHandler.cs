using Pds.Contracts.Identity;
using Pds.Modules.Identity.Storage;

namespace Pds.Modules.Identity.Handlers;

public static class ListIdentitiesHandler
{
    public static Task<List<LocalIdentity>> HandleAsync(
        ListIdentities query, IdentityStore identities, CancellationToken cancellationToken) =>
        identities.ListAsync(query.Dids, cancellationToken);
}
