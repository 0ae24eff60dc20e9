using AtProto;

namespace Pds.Modules.Repo.Verification;

/// <summary>A blob's row.</summary>
/// <param name="IsNamed">Whether a record is noted to name it.</param>
internal sealed record VerifiedBlob(Cid Cid, long Size, string StorageKey, bool IsTemporary, bool IsTakenDown, bool IsNamed);
