using Pds.Contracts.Repo;
using Pds.Modules.Repo.Storage;

namespace Pds.Modules.Repo.Handlers;

public static class SetRecordTakedownHandler
{
    public static Task HandleAsync(
        SetRecordTakedown command, TakedownStore takedowns, CancellationToken cancellationToken) =>
        takedowns.SetRecordAsync(command.Did, command.Collection, command.Rkey, command.Reference, cancellationToken);
}
