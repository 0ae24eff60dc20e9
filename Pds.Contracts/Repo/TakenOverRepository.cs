using AtProto;

namespace Pds.Contracts.Repo;

/// <summary>A repository of a reference server, as its data folder tells of it.</summary>
/// <param name="SigningKey">The 32 bytes of a secp256k1 key.</param>
/// <param name="Blocks">Every block of the repository, and perhaps some that are none of its present tree.</param>
/// <param name="RecordTakedowns">By collection and record key.</param>
public sealed record TakenOverRepository(
    Did Did,
    AccountStatus Status,
    DateTimeOffset CreatedAt,
    byte[] SigningKey,
    Cid Head,
    IEnumerable<TakenOverBlock> Blocks,
    IReadOnlyList<(string Collection, string Rkey, string Reference)> RecordTakedowns,
    IReadOnlyList<TakenOverBlob> Blobs);

/// <summary>A block of a repository that is taken over.</summary>
/// <param name="Rev">The revision that brought it.</param>
public readonly record struct TakenOverBlock(Cid Cid, Tid Rev, byte[] Bytes);

/// <summary>A blob of a repository that is taken over.</summary>
/// <param name="IsTemporary">Whether no record names it yet.</param>
/// <param name="Open">Opens its bytes; null when they are not where they should be.</param>
public sealed record TakenOverBlob(
    Cid Cid, string MimeType, long Size, bool IsTemporary, string? TakedownReference, DateTimeOffset CreatedAt, Func<Stream?> Open);

/// <summary>What was found, and found to be right, in a repository that is taken over.</summary>
/// <param name="SigningKey">The did:key whose signature the head bears.</param>
/// <param name="Records">Records whose bytes match their CID in the signed tree.</param>
/// <param name="Blobs">Blobs whose bytes match their CID.</param>
/// <param name="MissingBlobs">Blobs whose bytes are not there, or are others.</param>
public sealed record RepositoryTakenOver(
    string SigningKey, int Records, int Nodes, int Blobs, long BlobBytes, IReadOnlyList<Cid> MissingBlobs);

/// <summary>An event of a reference server's stream.</summary>
/// <param name="Type">As its table names it: <c>append</c>, <c>sync</c>, <c>identity</c>, <c>account</c>.</param>
/// <param name="Body">DAG-CBOR without <c>seq</c> and <c>time</c>.</param>
public sealed record TakenOverEvent(long Seq, Did Did, string Type, byte[] Body, DateTimeOffset Time);
