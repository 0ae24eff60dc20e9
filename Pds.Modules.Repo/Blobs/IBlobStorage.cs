namespace Pds.Modules.Repo.Blobs;

/// <summary>
/// Where the bytes of blobs lie: each written once, whole, under a key of its own, and never changed. That two uploads of the
/// same bytes have two keys is what lets one be deleted while the other comes into use.
/// </summary>
internal interface IBlobStorage
{
    /// <summary>Keeps an incoming blob. Once this returns, the bytes outlive the process.</summary>
    Task KeepAsync(string key, IncomingBlob blob, string mediaType, CancellationToken cancellationToken);

    /// <summary>
    /// Opens a blob's bytes, seekable; null when there are none. A store over the network may find that out only when the
    /// first byte is read, and then throws <c>BlobNotFound</c>.
    /// </summary>
    /// <param name="size">The blob's size in bytes.</param>
    Task<Stream?> OpenAsync(string key, long size, CancellationToken cancellationToken);

    /// <summary>Lists the files of one folder.</summary>
    IAsyncEnumerable<StoredFile> ListAsync(string folder, CancellationToken cancellationToken);

    /// <summary>Lists the folders that look like an account's.</summary>
    IAsyncEnumerable<string> ListFoldersAsync(CancellationToken cancellationToken);

    /// <summary>Deletes blobs; those that are gone already are no error.</summary>
    Task DeleteAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken);
}
