namespace Pds.Modules.Repo.Blobs;

/// <summary>A file of a blob store.</summary>
/// <param name="Key">See <see cref="BlobKey"/>.</param>
/// <param name="Size">In bytes.</param>
internal sealed record StoredFile(string Key, long Size, DateTimeOffset WrittenAt);
