using Pds.Contracts.Auth;
using Pds.Contracts.Identity;
using Pds.Contracts.Repo;
using Pds.Modules.Identity.Plc;
using Wolverine;

namespace Pds.Modules.Identity.Handlers;

public static class RemoveRotationKeyHandler
{
    // Whatever is wrong with the key is said before the code is used up.
    public static async Task HandleAsync(
        RemoveRotationKey command, RotationKeyChanges changes, IMessageBus bus, CancellationToken cancellationToken)
    {
        var operation = await changes.PrepareRemovalAsync(command.Did, command.Key, cancellationToken);
        await bus.InvokeAsync(new UsePlcToken(command.Did, command.Token), cancellationToken);
        await changes.SubmitAsync(command.Did, operation, command.Key, isAdded: false, cancellationToken);
        await bus.InvokeAsync(new AnnounceIdentity(command.Did, null), cancellationToken);
    }
}
