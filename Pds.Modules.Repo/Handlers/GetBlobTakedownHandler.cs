using Pds.Contracts.Repo;
using Pds.Modules.Repo.Storage;

namespace Pds.Modules.Repo.Handlers;

public static class GetBlobTakedownHandler
{
    public static Task<TakedownState?> HandleAsync(
        GetBlobTakedown query, TakedownStore takedowns, CancellationToken cancellationToken) =>
        takedowns.FindBlobAsync(query.Did, query.Blob, cancellationToken);
}
