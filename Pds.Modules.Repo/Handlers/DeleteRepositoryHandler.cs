using Pds.Contracts.Repo;
using Pds.Modules.Repo.Commits;

namespace Pds.Modules.Repo.Handlers;

public static class DeleteRepositoryHandler
{
    public static Task HandleAsync(
        DeleteRepository command, RepoLifecycle lifecycle, CancellationToken cancellationToken) =>
        lifecycle.DeleteAsync(command.Did, cancellationToken);
}
