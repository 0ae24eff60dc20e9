using Pds.Contracts.Moving;
using Pds.Modules.Moving.Jobs;

namespace Pds.Modules.Moving.Handlers;

public static class BeginMoveHandler
{
    public static async Task<BegunMove> HandleAsync(BeginMove command, Moves moves, CancellationToken cancellationToken) =>
        new(await moves.BeginAsync(command, cancellationToken));
}
