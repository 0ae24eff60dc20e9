using Pds.Contracts.Identity;
using Pds.Modules.Identity.Plc;
using Pds.Modules.Identity.Storage;

namespace Pds.Modules.Identity.Handlers;

public static class ClaimRotationKeyHandler
{
    public static Task HandleAsync(ClaimRotationKey command, RotationKeyStore keys, CancellationToken cancellationToken) =>
        RotationKeyChanges.IsKey(command.Key) ? keys.AddAsync(command.Did, command.Key, cancellationToken) : Task.CompletedTask;
}
