using System.Security.Cryptography;
using System.Text;
using AtProto;
using Microsoft.Data.Sqlite;

namespace Pds.Cli.Reference;

/// <summary>Where a reference server keeps what.</summary>
/// <param name="blobs">The folder of its blobs; null for the usual places.</param>
internal sealed class ReferenceFolder(DirectoryInfo folder, DirectoryInfo? blobs = null)
{
    private static readonly string[] UsualBlobFolders = ["blobs", "blocks"];

    private readonly string _root = folder.FullName;
    private readonly string _blobs = blobs?.FullName ?? FindBlobs(folder.FullName);

    public SqliteConnection OpenAccounts() => Open(Path.Combine(_root, "account.sqlite"));

    public SqliteConnection OpenSequencer() => Open(Path.Combine(_root, "sequencer.sqlite"));

    public SqliteConnection OpenStore(Did did) => Open(Path.Combine(ActorFolder(did), "store.sqlite"));

    /// <summary>The 32 bytes of an account's signing key.</summary>
    public byte[] ReadKey(Did did) => File.ReadAllBytes(Path.Combine(ActorFolder(did), "key"));

    /// <summary>Keys that are reserved for accounts to be; one may be there under two names.</summary>
    public IEnumerable<byte[]> ReadReservedKeys()
    {
        var reserved = Path.Combine(_root, "actors", "reserved_keys");
        return Directory.Exists(reserved) ? Directory.EnumerateFiles(reserved).Select(File.ReadAllBytes) : [];
    }

    /// <summary>Opens a blob's bytes, also where moderation has put it away; null when they are in none of its places.</summary>
    /// <param name="temporaryKey">The name of its file while no record names it.</param>
    public FileStream? OpenBlob(Did did, Cid cid, string? temporaryKey)
    {
        string?[] places =
        [
            Path.Combine(_blobs, did.Value, cid.ToString()),
            Path.Combine(_blobs, "quarantine", did.Value, cid.ToString()),
            temporaryKey is null ? null : Path.Combine(_blobs, "tempt", did.Value, temporaryKey),
            temporaryKey is null ? null : Path.Combine(_root, "blobs-tmp", did.Value, temporaryKey),
        ];
        return places.FirstOrDefault(File.Exists) is { } path
            ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan)
            : null;
    }

    private string ActorFolder(Did did)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(did.Value)));
        return Path.Combine(_root, "actors", hash[..2], did.Value);
    }

    private static string FindBlobs(string root) =>
        UsualBlobFolders.Select(name => Path.Combine(root, name)).FirstOrDefault(Directory.Exists) ?? Path.Combine(root, "blobs");

    private static SqliteConnection Open(string path)
    {
        // Of a file that is opened once and closed, a pool would only keep the handle.
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false,
        }.ConnectionString);
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
