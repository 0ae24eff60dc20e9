using Pds.Contracts.Moving;
using Pds.Modules.Moving.Jobs;

namespace Pds.Modules.Moving.Handlers;

public static class ForgetMovesHandler
{
    public static Task HandleAsync(ForgetMoves command, Moves moves, CancellationToken cancellationToken) =>
        moves.ForgetAsync(command.Did, cancellationToken);
}
