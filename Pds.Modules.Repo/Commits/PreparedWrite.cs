using AtProto;
using AtProto.Data;

namespace Pds.Modules.Repo.Commits;

/// <summary>One write, checked as far as that needs no look at the repository.</summary>
internal sealed class PreparedWrite
{
    public required WriteAction Action { get; init; }

    public required Nsid Collection { get; init; }

    public required RecordKey Rkey { get; init; }

    /// <summary>The block; null for a delete.</summary>
    public byte[]? Value { get; init; }

    /// <summary>The block's CID; empty for a delete.</summary>
    public Cid Cid { get; init; }

    /// <summary>Null when the schema was not looked at.</summary>
    public ValidationStatus? ValidationStatus { get; init; }

    public IReadOnlyList<BlobReference> Blobs { get; init; } = [];

    /// <summary>See <see cref="RecordLink"/>.</summary>
    public long? Link { get; init; }

    public SwapRecord? Swap { get; init; }

    /// <summary>The key in the tree.</summary>
    public string Path => field ??= $"{Collection.Value}/{Rkey.Value}";

    public static PreparedWrite Delete(Nsid collection, RecordKey rkey, WriteAction action, SwapRecord? swap = null) =>
        new() { Action = action, Collection = collection, Rkey = rkey, Swap = swap };
}
