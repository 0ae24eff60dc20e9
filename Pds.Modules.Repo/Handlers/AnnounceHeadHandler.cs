using Pds.Contracts.Repo;
using Pds.Modules.Repo.Commits;

namespace Pds.Modules.Repo.Handlers;

public static class AnnounceHeadHandler
{
    public static Task HandleAsync(AnnounceHead command, RepoLifecycle lifecycle, CancellationToken cancellationToken) =>
        lifecycle.AnnounceHeadAsync(command.Did, cancellationToken);
}
