using Pds.Contracts.Identity;
using Pds.Modules.Identity.Handles;
using Pds.Modules.Identity.Storage;

namespace Pds.Modules.Identity.Handlers;

public static class AdoptIdentityHandler
{
    public static async Task HandleAsync(AdoptIdentity command, IdentityStore identities, CancellationToken cancellationToken)
    {
        if (!await identities.TryAddAsync(command.Did, command.Handle, command.Status, genesis: null, cancellationToken))
        {
            throw HandleRules.Taken(command.Handle);
        }
    }
}
