using AtProto;
using Pds.Contracts.Identity;
using Pds.Modules.Identity.Storage;

namespace Pds.Modules.Identity.Handlers;

public static class FindHandlesHandler
{
    public static Task<List<Did>> HandleAsync(FindHandles query, IdentityStore identities, CancellationToken cancellationToken) =>
        identities.SearchAsync(query.Words, query.Limit, cancellationToken);
}
