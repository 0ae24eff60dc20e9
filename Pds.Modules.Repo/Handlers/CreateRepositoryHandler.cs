using Pds.Contracts.Repo;
using Pds.Modules.Repo.Commits;

namespace Pds.Modules.Repo.Handlers;

public static class CreateRepositoryHandler
{
    public static Task HandleAsync(
        CreateRepository command, RepoLifecycle lifecycle, CancellationToken cancellationToken) =>
        lifecycle.CreateAsync(command.Did, command.SigningKey, command.Handle, command.Status, cancellationToken);
}
