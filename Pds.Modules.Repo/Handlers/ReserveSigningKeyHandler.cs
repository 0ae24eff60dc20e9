using Pds.Contracts.Repo;
using Pds.Modules.Repo.Keys;

namespace Pds.Modules.Repo.Handlers;

public static class ReserveSigningKeyHandler
{
    public static async Task<ReservedSigningKey> HandleAsync(
        ReserveSigningKey command, SigningKeys keys, CancellationToken cancellationToken) =>
        new(await keys.ReserveAsync(command.For, cancellationToken));
}
