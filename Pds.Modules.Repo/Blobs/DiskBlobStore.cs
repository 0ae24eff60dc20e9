using System.Text;
using AtProto;

namespace Pds.Modules.Repo.Blobs;

/// <summary>
/// Blobs as files below one folder. A file is written once, whole, under a key of its own, and never changed: that two
/// uploads of the same bytes have two keys is what lets one be deleted while the other comes into use.
/// </summary>
internal sealed class DiskBlobStore
{
    private readonly string _root;
    private readonly string _incoming;

    public DiskBlobStore(RepoOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _root = Path.GetFullPath(options.BlobDirectory ?? Path.Combine(options.DataDirectory, "blobs"));
        _incoming = Path.GetFullPath(options.BlobTemporaryDirectory ?? Path.Combine(_root, "tmp"));
        Directory.CreateDirectory(_incoming);
    }

    /// <summary>Opens a file for a blob that is on its way. Nothing is left of it unless it is kept.</summary>
    public IncomingBlob Create() => new(Path.Combine(_incoming, Guid.CreateVersion7().ToString("N")));

    /// <summary>Keeps an incoming blob under a new key below the folder of its account, and tells the key.</summary>
    public string Keep(IncomingBlob blob, Did did, Cid cid)
    {
        ArgumentNullException.ThrowIfNull(blob);

        // Colons are no file names everywhere; a DID is too long for one only when it is a long did:web.
        var account = did.Value.Length <= 200 ? did.Value.Replace(':', '_') : Cid.Compute(CidCodec.Raw, Encoding.ASCII.GetBytes(did.Value)).ToString();
        var key = $"{account}/{cid}-{Guid.CreateVersion7():N}";
        var path = PathOf(key);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        blob.MoveTo(path);
        return key;
    }

    /// <summary>Opens a blob's bytes; null when there is no such file.</summary>
    public FileStream? Open(string key)
    {
        try
        {
            return new FileStream(PathOf(key), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1, FileOptions.Asynchronous);
        }
        catch (IOException exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Deletes a blob's file; nothing happens when it is gone already.</summary>
    public void Delete(string key)
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

    private string PathOf(string key) => Path.Combine(_root, key);
}
