using Pds.Contracts.Repo;
using Pds.Modules.Repo.Commits;

namespace Pds.Modules.Repo.Handlers;

public static class GetSigningKeyHandler
{
    public static async Task<RepositorySigningKey?> HandleAsync(
        GetSigningKey query, RepoLifecycle lifecycle, CancellationToken cancellationToken) =>
        await lifecycle.FindSigningKeyAsync(query.Did, cancellationToken) is { } key ? new RepositorySigningKey(key) : null;
}
