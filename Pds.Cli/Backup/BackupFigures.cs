namespace Pds.Cli.Backup;

/// <summary>What a backup has sent, that was not there before.</summary>
/// <param name="ChunkBytes">Compressed.</param>
internal sealed record BackupFigures(long Chunks, long ChunkBytes, long Blobs, long BlobBytes);
