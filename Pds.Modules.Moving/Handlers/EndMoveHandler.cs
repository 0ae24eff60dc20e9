using Pds.Contracts.Moving;
using Pds.Modules.Moving.Jobs;

namespace Pds.Modules.Moving.Handlers;

public static class EndMoveHandler
{
    public static Task HandleAsync(EndMove command, Moves moves, CancellationToken cancellationToken) =>
        moves.EndAsync(command.Key, cancellationToken);
}
