using Pds.Contracts.Repo;
using Pds.Modules.Repo.Storage;

namespace Pds.Modules.Repo.Handlers;

public static class SetBlobTakedownHandler
{
    public static Task HandleAsync(
        SetBlobTakedown command, TakedownStore takedowns, CancellationToken cancellationToken) =>
        takedowns.SetBlobAsync(command.Did, command.Blob, command.Reference, cancellationToken);
}
