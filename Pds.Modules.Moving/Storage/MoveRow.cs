using Pds.Contracts.Moving;
using Pds.Modules.Moving.Jobs;

namespace Pds.Modules.Moving.Storage;

/// <summary>A move as it is stored.</summary>
/// <param name="Secret">Sealed; null once the move is over.</param>
/// <param name="Attempts">Runs that have failed since the last that came further.</param>
internal sealed record MoveRow(byte[] Id, string? Secret, int Attempts, MoveView View);

/// <summary>What a run leaves behind.</summary>
internal sealed record MoveResult(
    MoveState State, DateTimeOffset NextAt, int Attempts = 0, MoveWait? Waits = null, string? Problem = null, string? Detail = null,
    StoredReport? Report = null);
