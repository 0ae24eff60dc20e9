using AtProto;
using AtProto.Crypto;
using AtProto.Repo;

namespace Pds.Modules.Moving.Engine;

/// <summary>Goes through all of a repository as its server exports it: every block is what its CID says, every record of the tree is there.</summary>
/// <param name="Root">Of the tree. Two trees of one root have the same records.</param>
/// <param name="Problem">Null when nothing is wrong.</param>
internal sealed record RepositoryTally(Cid Root, long Records, string? Problem)
{
    // What a node begins with: a map of two, whose first key is "e". A record names its type.
    private static ReadOnlySpan<byte> NodeStart => [0xa2, 0x61, (byte)'e'];

    /// <param name="signingKey">The did:key that the head has to be signed with.</param>
    public static async Task<RepositoryTally> ReadAsync(
        ServerClient server, Did did, string signingKey, CancellationToken cancellationToken)
    {
        SignedCommit? head = null;
        var nodes = new Dictionary<Cid, byte[]>();
        var records = new HashSet<Cid>();
        using var answer = await server.OpenAsync("com.atproto.sync.getRepo", cancellationToken, ("did", did.Value));
        await RepositoryHead.ReadBlocksAsync(server, answer, Take, cancellationToken);
        if (head is null)
        {
            throw new MoveException($"{server.Name} exports a repository without its head");
        }

        var isSigned = PublicKey.TryParseDidKey(signingKey, out var key) && head.Verify(key);
        var (count, problem) = Walk(head.Data, nodes, records);
        return new RepositoryTally(head.Data, count, problem ?? (isSigned ? null : "the head is not signed with the account's key"));

        bool Take(Cid root, Block block)
        {
            if (block.Cid == root)
            {
                SignedCommit.TryDecode(block.Bytes, out head);
            }
            else if (block.Bytes.AsSpan().StartsWith(NodeStart))
            {
                nodes[block.Cid] = block.Bytes;
            }

            records.Add(block.Cid);
            return true;
        }
    }

    private static (long Count, string? Problem) Walk(Cid root, Dictionary<Cid, byte[]> nodes, HashSet<Cid> records)
    {
        var count = 0L;
        var cursor = MerkleTree.FromRoot(root).GetCursor();
        try
        {
            while (true)
            {
                switch (cursor.Read())
                {
                    case TreeStep.End:
                        return (count, null);
                    case TreeStep.Missing when nodes.TryGetValue(cursor.Missing.Cid, out var bytes):
                        cursor.EnterMissing(bytes);
                        break;
                    case TreeStep.Missing:
                        return (count, $"a part of the tree is missing: {cursor.Missing.Cid}");
                    case TreeStep.Entry when !records.Contains(cursor.Value):
                        return (count, $"a record is missing: {System.Text.Encoding.ASCII.GetString(cursor.Key)}");
                    case TreeStep.Entry:
                        count++;
                        break;
                }
            }
        }
        catch (TreeException problem)
        {
            return (count, problem.Message);
        }
    }
}
