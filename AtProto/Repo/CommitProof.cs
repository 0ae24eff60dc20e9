namespace AtProto.Repo;

/// <summary>
/// The proof that a record is, or is not, under a key of a tree: the nodes from the top to where the key is or would be, as
/// com.atproto.sync.getRecord sends them. Source: atproto specification, "Repository".
/// </summary>
public static class CommitProof
{
    /// <summary>Collects the nodes of a proof, top first.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="key">The key.</param>
    /// <param name="nodes">The nodes.</param>
    /// <param name="missing">When false: the node to load next. Then ask again.</param>
    /// <returns>Whether all of them are in memory.</returns>
    public static bool TryCollect(
        MerkleTree tree, ReadOnlySpan<byte> key, out IReadOnlyList<Block> nodes, out MissingNode missing)
    {
        List<TreeNode> path = [];
        if (!TreeWalk.TryWalk(tree, key, neighbours: false, path, out missing))
        {
            nodes = [];
            return false;
        }

        nodes = path.ConvertAll(node => new Block(node.Seal(), node.Bytes));
        return true;
    }
}
