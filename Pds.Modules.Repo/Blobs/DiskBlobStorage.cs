using System.Runtime.CompilerServices;

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

    public async IAsyncEnumerable<StoredFile> ListAsync(string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        var directory = new DirectoryInfo(PathOf(folder));
        foreach (var file in directory.Exists ? directory.EnumerateFiles() : [])
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryDescribe(file, folder) is { } found)
            {
                yield return found;
            }
        }
    }

    public async IAsyncEnumerable<string> ListFoldersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        var root = new DirectoryInfo(_root);
        foreach (var directory in root.Exists ? root.EnumerateDirectories() : [])
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (BlobKey.IsFolder(directory.Name))
            {
                yield return directory.Name;
            }
        }
    }

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

    // Null when it went meanwhile.
    private static StoredFile? TryDescribe(FileInfo file, string folder)
    {
        try
        {
            return new StoredFile($"{folder}/{file.Name}", file.Length, new DateTimeOffset(file.LastWriteTimeUtc));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
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
