using Pds.Contracts.Identity;
using Pds.Modules.Identity.Plc;
using Pds.Modules.Identity.Storage;

namespace Pds.Modules.Identity.Handlers;

public static class AbandonIdentityHandler
{
    public static async Task HandleAsync(
        AbandonIdentity command, IdentityStore identities, Tombstone tombstone, CancellationToken cancellationToken)
    {
        if (await identities.FindGenesisCidAsync(command.Did, cancellationToken) is { } genesis)
        {
            await tombstone.TryPublishAsync(command.Did, genesis, cancellationToken);
        }

        await identities.RemoveAsync(command.Did, cancellationToken);
    }
}
