namespace Pds.Modules.Moving.Engine;

/// <summary>How far a move has come.</summary>
/// <param name="Done">Of <paramref name="Total"/>: bytes of the repository, blobs.</param>
/// <param name="Total">Null where it is not known.</param>
public sealed record MoveProgress(MoveStep Step, long Done = 0, long? Total = null);
