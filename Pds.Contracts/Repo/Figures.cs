using AtProto;

namespace Pds.Contracts.Repo;

/// <summary>Asks what a repository takes, whatever its status; answered with <see cref="RepositorySize"/>, or null without one.</summary>
public sealed record MeasureRepository(Did Did);

/// <summary>What a repository takes.</summary>
/// <param name="Bytes">Of the commit, the nodes of the tree and the records.</param>
/// <param name="TemporaryBlobs">Those that no record names yet.</param>
/// <param name="RecordsTakendown">How many records the moderators hide.</param>
public sealed record RepositorySize(
    Tid Rev, long Records, long Bytes, long Blobs, long BlobBytes, long TemporaryBlobs, long RecordsTakendown, long BlobsTakendown);

/// <summary>Asks what all repositories take; answered with <see cref="StorageFigures"/>.</summary>
public sealed record GetStorageFigures;

/// <summary>What all repositories take.</summary>
/// <param name="IsEstimate">Whether there is so much that Postgres's own estimates of the rows are told.</param>
/// <param name="BlobStore">Where blobs are kept: <c>disk</c>, <c>S3</c> or <c>Azure</c>.</param>
public sealed record StorageFigures(
    long Repositories,
    long Records,
    long Blobs,
    long BlobBytes,
    bool IsEstimate,
    long RecordBytes,
    long TreeBytes,
    long DatabaseBytes,
    string DatabaseVersion,
    string BlobStore);

/// <summary>Asks how the event stream stands; answered with <see cref="StreamFigures"/>.</summary>
public sealed record GetStreamFigures;

/// <summary>How the event stream stands.</summary>
/// <param name="Oldest">The number of the oldest event that is kept; null for an empty log.</param>
/// <param name="Newest">The number of the newest event there has been.</param>
/// <param name="Seen">The newest that this process has for its subscribers.</param>
/// <param name="Bytes">Of the log on disk.</param>
/// <param name="Subscribers">Those of this process.</param>
public sealed record StreamFigures(
    long? Oldest,
    DateTimeOffset? OldestAt,
    long Newest,
    DateTimeOffset? NewestAt,
    long Seen,
    long Bytes,
    int Partitions,
    IReadOnlyList<SubscriberState> Subscribers);

/// <summary>A subscriber of the event stream.</summary>
/// <param name="Position">The number of the last event that it took.</param>
/// <param name="Behind">How many numbers lie between that and the newest.</param>
public sealed record SubscriberState(string Address, string UserAgent, DateTimeOffset Since, long Position, long Behind);
