using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pds.Cli.Commands;

namespace Pds.Cli.Backup;

/// <summary>The backups of a target. A manifest is written last: where it is, all of it is.</summary>
internal sealed class ManifestStore(IBackupTarget target)
{
    private const string Folder = "backups";
    private const int HashLength = 64;

    /// <summary>The ids, oldest first.</summary>
    public async Task<List<string>> ListAsync(CancellationToken cancellationToken)
    {
        var ids = new List<string>();
        await foreach (var name in target.ListAsync(Folder, cancellationToken))
        {
            ids.Add(Path.GetFileNameWithoutExtension(name));
        }

        ids.Sort(StringComparer.Ordinal);
        return ids;
    }

    /// <summary>Reads a backup's, or the newest.</summary>
    /// <exception cref="CommandFailure">There is none, or it is broken.</exception>
    public async Task<BackupManifest> ReadAsync(string? id, CancellationToken cancellationToken)
    {
        id ??= (await ListAsync(cancellationToken)).LastOrDefault() ?? throw new CommandFailure("There is no backup.");
        await using var file = await target.OpenAsync(NameOf(id), cancellationToken) ?? throw new CommandFailure($"There is no backup {id}.");
        using var bytes = new MemoryStream();
        await file.CopyToAsync(bytes, cancellationToken);

        // The hash, a line's end, the manifest.
        var content = bytes.ToArray();
        if (content.Length > HashLength && content[HashLength] == '\n'
            && Encoding.ASCII.GetString(content, 0, HashLength) == Convert.ToHexStringLower(SHA256.HashData(content.AsSpan(HashLength + 1))))
        {
            return JsonSerializer.Deserialize(content.AsSpan(HashLength + 1), BackupJson.Default.BackupManifest)!;
        }

        throw new CommandFailure($"The manifest of the backup {id} is broken.");
    }

    public async Task WriteAsync(BackupManifest manifest, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(manifest, BackupJson.Default.BackupManifest);
        using var content = new MemoryStream(
            [.. Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(json))), (byte)'\n', .. json]);
        await target.WriteAsync(NameOf(manifest.Id), content, cancellationToken);
    }

    public Task DeleteAsync(string id, CancellationToken cancellationToken) => target.DeleteAsync(NameOf(id), cancellationToken);

    private static string NameOf(string id) => $"{Folder}/{id}.json";
}
