using System.Diagnostics.CodeAnalysis;
using System.Text;
using AtProto.Crypto;

namespace AtProto.Repo;

/// <summary>
/// Reads a record out of the proof that com.atproto.sync.getRecord answers with: a CAR file of the signed commit, the nodes on
/// the way to the record, and the record. Source: atproto specification, "Repository".
/// </summary>
public static class RecordProof
{
    /// <summary>
    /// Finds a record; false when the file does not prove it: it is no CAR file, its root is not a commit of that repository
    /// signed with that key, a node is wrong or missing, or there is no such record.
    /// </summary>
    /// <param name="car">The file. Bound its length before.</param>
    /// <param name="did">Whose repository it must be.</param>
    /// <param name="key">The account's key, from its DID document.</param>
    /// <param name="collection">The collection.</param>
    /// <param name="rkey">The record's key.</param>
    /// <param name="record">The record as DAG-CBOR.</param>
    public static bool TryRead(
        ReadOnlyMemory<byte> car, Did did, PublicKey key, Nsid collection, RecordKey rkey, [NotNullWhen(true)] out byte[]? record)
    {
        record = null;
        try
        {
            var (roots, blocks) = CarReader.ReadAll(car);
            if (roots.Count != 1
                || !blocks.TryGetValue(roots[0], out var root)
                || !SignedCommit.TryDecode(root, out var commit)
                || commit.Did != did
                || !commit.Verify(key))
            {
                return false;
            }

            return Find(commit.Data, blocks, Encoding.ASCII.GetBytes($"{collection}/{rkey}")) is { } cid
                && blocks.TryGetValue(cid, out record);
        }
        catch (Exception fault) when (fault is CarException or TreeException)
        {
            return false;
        }
    }

    private static Cid? Find(Cid data, IReadOnlyDictionary<Cid, byte[]> blocks, byte[] key)
    {
        var tree = MerkleTree.FromRoot(data);
        while (!tree.TryPreparePath(key, out var missing))
        {
            if (!blocks.TryGetValue(missing.Cid, out var node))
            {
                return null;
            }

            missing.Attach(node);
        }

        return tree.Get(key);
    }
}
