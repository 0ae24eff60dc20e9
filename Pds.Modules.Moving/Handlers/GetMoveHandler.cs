using Pds.Contracts.Moving;
using Pds.Modules.Moving.Jobs;

namespace Pds.Modules.Moving.Handlers;

public static class GetMoveHandler
{
    public static Task<MoveView?> HandleAsync(GetMove query, Moves moves, CancellationToken cancellationToken) =>
        moves.FindAsync(query.Key, cancellationToken);
}
