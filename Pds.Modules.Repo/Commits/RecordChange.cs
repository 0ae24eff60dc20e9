using AtProto;
using AtProto.Data;

namespace Pds.Modules.Repo.Commits;

/// <summary>What a commit does to one record.</summary>
/// <param name="Path">The key in the tree.</param>
/// <param name="Previous">What the record was before the commit; null where there was none.</param>
/// <param name="Cid">Empty when the record is deleted.</param>
/// <param name="Value">The new block; null when the record is deleted.</param>
/// <param name="Link">See <see cref="RecordLink"/>.</param>
internal readonly record struct RecordChange(
    string Path, Nsid Collection, RecordKey Rkey, Cid? Previous, Cid Cid, byte[]? Value, long? Link,
    IReadOnlyList<BlobReference> Blobs);
