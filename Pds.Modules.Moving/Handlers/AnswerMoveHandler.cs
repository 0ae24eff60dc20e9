using Pds.Contracts.Moving;
using Pds.Modules.Moving.Jobs;

namespace Pds.Modules.Moving.Handlers;

public static class AnswerMoveHandler
{
    public static Task HandleAsync(AnswerMove command, Moves moves, CancellationToken cancellationToken) =>
        moves.AnswerAsync(command, cancellationToken);
}
