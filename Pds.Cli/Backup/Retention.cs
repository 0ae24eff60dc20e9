using AtProto;

namespace Pds.Cli.Backup;

/// <summary>Lets old backups go, and what no other one needs.</summary>
internal sealed class Retention(IBackupTarget target)
{
    private readonly ManifestStore _manifests = new(target);

    /// <param name="keep">How many of the newest stay.</param>
    /// <returns>How many backups and how many files went.</returns>
    public async Task<(int Backups, long Files)> ApplyAsync(int keep, CancellationToken cancellationToken)
    {
        var ids = await _manifests.ListAsync(cancellationToken);
        var old = ids.Take(Math.Max(0, ids.Count - keep)).ToList();
        if (old.Count == 0)
        {
            return (0, 0);
        }

        // What stays has to be known whole before anything goes: one that cannot be read ends this.
        var chunks = new HashSet<string>(StringComparer.Ordinal);
        var blobs = new HashSet<Cid>();
        var store = new ChunkStore(target);
        foreach (var id in ids.Skip(old.Count))
        {
            var manifest = await _manifests.ReadAsync(id, cancellationToken);
            chunks.UnionWith(manifest.Tables.SelectMany(table => table.Chunks).Select(chunk => chunk.Hash));
            await foreach (var blob in SavedBlob.ReadAsync(manifest, store, cancellationToken))
            {
                blobs.Add(blob.Cid);
            }
        }

        foreach (var id in old)
        {
            await _manifests.DeleteAsync(id, cancellationToken);
        }

        var files = await DeleteAsync(ChunkStore.Folder, name => chunks.Contains(Path.GetFileName(name)), cancellationToken);
        files += await DeleteAsync(
            BlobVault.Folder, name => !BlobVault.TryParse(name, out var cid) || blobs.Contains(cid), cancellationToken);
        return (old.Count, files);
    }

    private async Task<long> DeleteAsync(string folder, Func<string, bool> stays, CancellationToken cancellationToken)
    {
        var unneeded = new List<string>();
        await foreach (var name in target.ListAsync(folder, cancellationToken))
        {
            if (!stays(name))
            {
                unneeded.Add(name);
            }
        }

        foreach (var name in unneeded)
        {
            await target.DeleteAsync(name, cancellationToken);
        }

        return unneeded.Count;
    }
}
