namespace Pds.Modules.Repo.Blobs;

/// <summary>Blobs as files below one folder.</summary>
internal sealed class DiskBlobStorage(BlobOptions options) : IBlobStorage
{
    private readonly string _root = options.Directory;

    public Task KeepAsync(string key, IncomingBlob blob, string mediaType, CancellationToken cancellationToken)
    {
        var path = PathOf(key);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        blob.MoveTo(path);
        return Task.CompletedTask;
    }

    public Task<Stream?> OpenAsync(string key, long size, CancellationToken cancellationToken) =>
        Task.FromResult<Stream?>(Open(PathOf(key)));

    public Task DeleteAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        foreach (var key in keys)
        {
            try
            {
                File.Delete(PathOf(key));
            }
            catch (DirectoryNotFoundException)
            {
                // The account's folder went with its last file.
            }
        }

        return Task.CompletedTask;
    }

    private static FileStream? Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1, FileOptions.Asynchronous);
        }
        catch (IOException exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private string PathOf(string key) => Path.Combine(_root, key);
}
