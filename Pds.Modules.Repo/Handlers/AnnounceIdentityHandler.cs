using Pds.Contracts.Repo;
using Pds.Modules.Repo.Commits;

namespace Pds.Modules.Repo.Handlers;

public static class AnnounceIdentityHandler
{
    public static Task HandleAsync(
        AnnounceIdentity command, RepoLifecycle lifecycle, CancellationToken cancellationToken) =>
        lifecycle.AnnounceIdentityAsync(command.Did, command.Handle, cancellationToken);
}
