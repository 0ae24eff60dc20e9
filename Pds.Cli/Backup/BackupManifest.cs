namespace Pds.Cli.Backup;

/// <summary>What one backup consists of: enough to bring it back, and to tell whether all of it is there.</summary>
/// <param name="Id">Its time, as it is sorted by.</param>
/// <param name="RotationKey">The did:key of the PLC rotation key, with which the signing keys in it are sealed.</param>
/// <param name="LastSeq">The number of the newest event.</param>
/// <param name="Migrations">How far each schema was.</param>
/// <param name="Partitions">Of the event log: each its first number and the first that is no longer in it.</param>
/// <param name="MissingBlobs">Storage keys of blobs whose bytes were not there or not right.</param>
/// <param name="Secrets">See <see cref="SealedSettings"/>; null where they are not in it.</param>
internal sealed record BackupManifest(
    string Id,
    DateTimeOffset CreatedAt,
    string Hostname,
    string RotationKey,
    long LastSeq,
    Dictionary<string, int> Migrations,
    List<SavedTable> Tables,
    Dictionary<string, long> Sequences,
    List<long[]> Partitions,
    long Blobs,
    long BlobBytes,
    List<string> MissingBlobs,
    string? Secrets);
