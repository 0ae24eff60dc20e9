using System.Security.Cryptography;
using AtProto;

namespace Pds.Cli.Backup;

/// <summary>The blobs of all backups of a target: each once, whoever has it, under the hash of its bytes.</summary>
internal sealed class BlobVault(IBackupTarget target)
{
    /// <summary>The folder they are in.</summary>
    public const string Folder = "blobs";

    private const int LargestInMemory = 4 << 20;

    private readonly HashSet<Cid> _known = [];

    /// <summary>Finds out what is there; it is not written again.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        await foreach (var name in target.ListAsync(Folder, cancellationToken))
        {
            if (TryParse(name, out var cid))
            {
                _known.Add(cid);
            }
        }
    }

    public bool Contains(Cid cid)
    {
        lock (_known)
        {
            return _known.Contains(cid);
        }
    }

    public Task<Stream?> OpenReadAsync(Cid cid, CancellationToken cancellationToken) => target.OpenAsync(NameOf(cid), cancellationToken);

    /// <summary>Copies a blob there, once its bytes are seen to be its own. False when they are others.</summary>
    public async Task<bool> AddAsync(Cid cid, Stream source, long size, CancellationToken cancellationToken)
    {
        await using var copy = await CopyAsync(source, size, cancellationToken);
        copy.Position = 0;
        if (Cid.FromDigest(CidCodec.Raw, await SHA256.HashDataAsync(copy, cancellationToken)) != cid)
        {
            return false;
        }

        copy.Position = 0;
        await target.WriteAsync(NameOf(cid), copy, cancellationToken);
        lock (_known)
        {
            _known.Add(cid);
        }

        return true;
    }

    /// <summary>Whether a blob is there and its bytes are its own.</summary>
    public async Task<bool> IsSoundAsync(Cid cid, CancellationToken cancellationToken)
    {
        await using var file = await OpenReadAsync(cid, cancellationToken);
        return file is not null && Cid.FromDigest(CidCodec.Raw, await SHA256.HashDataAsync(file, cancellationToken)) == cid;
    }

    public static string NameOf(Cid cid)
    {
        var hash = Convert.ToHexStringLower(cid.ToBytes().AsSpan(^SHA256.HashSizeInBytes..));
        return $"{Folder}/{hash[..2]}/{hash}";
    }

    /// <summary>The blob that a file holds by its name.</summary>
    public static bool TryParse(string name, out Cid cid)
    {
        var hash = Path.GetFileName(name);
        var isHash = hash.Length == SHA256.HashSizeInBytes * 2 && hash.All(char.IsAsciiHexDigitLower);
        cid = isHash ? Cid.FromDigest(CidCodec.Raw, Convert.FromHexString(hash)) : default;
        return isHash;
    }

    private static async Task<Stream> CopyAsync(Stream source, long size, CancellationToken cancellationToken)
    {
        Stream copy = size <= LargestInMemory
            ? new MemoryStream((int)size)
            : new FileStream(
                Path.Combine(Path.GetTempPath(), $"pds-blob-{Guid.CreateVersion7():N}"), FileMode.CreateNew, FileAccess.ReadWrite,
                FileShare.None, 1 << 16, FileOptions.Asynchronous | FileOptions.DeleteOnClose);
        try
        {
            await source.CopyToAsync(copy, cancellationToken);
            return copy;
        }
        catch
        {
            await copy.DisposeAsync();
            throw;
        }
    }
}
