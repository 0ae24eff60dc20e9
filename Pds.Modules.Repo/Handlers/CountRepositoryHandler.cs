using Pds.Contracts.Repo;
using Pds.Modules.Repo.Storage;

namespace Pds.Modules.Repo.Handlers;

public static class CountRepositoryHandler
{
    public static Task<RepositoryCount?> HandleAsync(
        CountRepository query, ContentCountStore counts, CancellationToken cancellationToken) =>
        counts.FindAsync(query.Did, cancellationToken);
}
