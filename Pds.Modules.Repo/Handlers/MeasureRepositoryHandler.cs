using Pds.Contracts.Repo;
using Pds.Modules.Repo.Storage;

namespace Pds.Modules.Repo.Handlers;

public static class MeasureRepositoryHandler
{
    public static Task<RepositorySize?> HandleAsync(MeasureRepository query, FigureStore figures, CancellationToken cancellationToken) =>
        figures.FindAsync(query.Did, cancellationToken);
}
