using Pds.Contracts.Repo;
using Pds.Modules.Repo.Commits;

namespace Pds.Modules.Repo.Handlers;

public static class SetRepositoryStatusHandler
{
    public static Task HandleAsync(
        SetRepositoryStatus command, RepoLifecycle lifecycle, CancellationToken cancellationToken) =>
        lifecycle.SetStatusAsync(command.Did, command.Status, cancellationToken);
}
