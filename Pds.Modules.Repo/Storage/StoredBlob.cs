using AtProto;

namespace Pds.Modules.Repo.Storage;

/// <summary>A blob of a repository.</summary>
/// <param name="StorageKey">Where the bytes lie.</param>
/// <param name="IsTakendown">Hidden by moderation, and not to be uploaded again.</param>
internal sealed record StoredBlob(Cid Cid, string MimeType, long Size, string StorageKey, bool IsTakendown = false);
