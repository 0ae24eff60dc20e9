using Pds.Contracts.Identity;
using Pds.Modules.Identity.Plc;
using Pds.Modules.Identity.Storage;

namespace Pds.Modules.Identity.Handlers;

public static class PublishIdentityHandler
{
    public static async Task HandleAsync(
        PublishIdentity command, IdentityStore identities, PlcClient directory, CancellationToken cancellationToken)
    {
        if (await identities.FindGenesisAsync(command.Did, cancellationToken) is { } genesis)
        {
            await directory.SubmitAsync(command.Did, genesis, cancellationToken);
            await identities.SetPublishedAsync(command.Did, cancellationToken);
        }
    }
}
