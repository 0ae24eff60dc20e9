using Pds.Contracts.Repo;
using Pds.Modules.Repo.Storage;

namespace Pds.Modules.Repo.Handlers;

public static class GetRecordTakedownHandler
{
    public static Task<TakedownState?> HandleAsync(
        GetRecordTakedown query, TakedownStore takedowns, CancellationToken cancellationToken) =>
        takedowns.FindRecordAsync(query.Did, query.Collection, query.Rkey, cancellationToken);
}
