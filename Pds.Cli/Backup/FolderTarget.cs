using System.Runtime.CompilerServices;
using Pds.Cli.Commands;

namespace Pds.Cli.Backup;

/// <summary>Backups in a folder, such as a mounted disk of another machine.</summary>
internal sealed class FolderTarget : IBackupTarget
{
    private const string Drafts = "tmp";

    private readonly string _root;
    private readonly FileStream? _lock;

    /// <param name="writes">Whether the folder is made when it is not there, and held against others who write.</param>
    /// <exception cref="CommandFailure">Somebody else writes there, or it is not there to be read.</exception>
    public FolderTarget(string root, bool writes)
    {
        _root = Path.GetFullPath(root);
        if (!writes)
        {
            if (!Directory.Exists(_root))
            {
                throw new CommandFailure($"{_root} is not there.");
            }

            return;
        }

        Directory.CreateDirectory(Path.Combine(_root, Drafts));
        try
        {
            _lock = new FileStream(Path.Combine(_root, "lock"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        }
        catch (IOException)
        {
            throw new CommandFailure($"Another backup writes to {_root}.");
        }

        foreach (var draft in Directory.EnumerateFiles(Path.Combine(_root, Drafts)))
        {
            File.Delete(draft);
        }
    }

    public async IAsyncEnumerable<string> ListAsync(string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        var directory = Path.Combine(_root, folder);
        foreach (var file in Directory.Exists(directory) ? Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories) : [])
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Path.GetRelativePath(_root, file).Replace('\\', '/');
        }
    }

    public Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return Task.FromResult<Stream?>(new FileStream(
                Path.Combine(_root, name), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16, FileOptions.Asynchronous));
        }
        catch (IOException failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<Stream?>(null);
        }
    }

    public async Task WriteAsync(string name, Stream content, CancellationToken cancellationToken)
    {
        var draft = Path.Combine(_root, Drafts, Guid.CreateVersion7().ToString("N"));
        await using (var file = new FileStream(draft, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous))
        {
            await content.CopyToAsync(file, cancellationToken);
            file.Flush(flushToDisk: true);
        }

        var path = Path.Combine(_root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Move(draft, path, overwrite: true);
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        File.Delete(Path.Combine(_root, name));
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => _lock?.DisposeAsync() ?? ValueTask.CompletedTask;
}
