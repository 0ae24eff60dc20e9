using Pds.Contracts.Identity;
using Pds.Modules.Identity.Storage;

namespace Pds.Modules.Identity.Handlers;

public static class GetIdentityHandler
{
    public static Task<LocalIdentity?> HandleAsync(
        GetIdentity query, IdentityStore identities, CancellationToken cancellationToken) =>
        identities.FindAsync(query.Did, cancellationToken);
}
