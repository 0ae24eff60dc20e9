using System.Text;
using AtProto;

namespace Pds.Modules.Repo.Blobs;

/// <summary>The keys under which the bytes of blobs lie.</summary>
internal static class BlobKey
{
    private const int LongestFolder = 200;

    /// <summary>A key that was never used, below the account's folder.</summary>
    public static string New(Did did, Cid cid) => $"{FolderOf(did)}/{cid}-{Guid.CreateVersion7():N}";

    /// <summary>The key of a blob that was taken over from another server: always the same, and never an upload's.</summary>
    public static string TakenOver(Did did, Cid cid) => $"{FolderOf(did)}/{cid}-taken-over";

    /// <summary>Whether a name is one that <see cref="FolderOf"/> gives.</summary>
    public static bool IsFolder(string name) =>
        name.StartsWith("did_", StringComparison.Ordinal) || (name.Length == Cid.TextLength && Cid.TryParse(name, out _));

    /// <summary>The folder of an account.</summary>
    // Colons are no file names everywhere; a DID is too long for one only when it is a long did:web.
    public static string FolderOf(Did did) => did.Value.Length <= LongestFolder
        ? did.Value.Replace(':', '_')
        : Cid.Compute(CidCodec.Raw, Encoding.ASCII.GetBytes(did.Value)).ToString();
}
