namespace Pds.Modules.Repo.Firehose;

/// <summary>One event of the stream.</summary>
/// <param name="Frame">The bytes of the WebSocket message, shared by all subscribers.</param>
public sealed record StreamEvent(long Seq, long RepoId, EventKind Kind, DateTimeOffset Time, ReadOnlyMemory<byte> Frame);
