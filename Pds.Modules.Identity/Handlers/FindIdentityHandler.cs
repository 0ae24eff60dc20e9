using Pds.Contracts.Identity;
using Pds.Modules.Identity.Storage;

namespace Pds.Modules.Identity.Handlers;

public static class FindIdentityHandler
{
    public static Task<LocalIdentity?> HandleAsync(
        FindIdentity query, IdentityStore identities, CancellationToken cancellationToken) =>
        identities.FindAsync(query.Handle, cancellationToken);
}
