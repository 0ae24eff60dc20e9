using AtProto;

namespace Pds.Modules.Repo.Verification;

/// <summary>A record's row, with the CIDs of the blobs that it is noted to name.</summary>
internal sealed record VerifiedRecord(string Collection, string Rkey, Tid Rev, long? Link, Cid Cid, byte[] Value, byte[][] Blobs)
{
    public string Path => $"{Collection}/{Rkey}";
}
