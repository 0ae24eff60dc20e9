namespace AtProto.Repo;

/// <summary>
/// Undoes the operations of a commit on the part of the tree that came with it. What remains is the tree before: thereby a
/// reader of the stream, who keeps no repositories, knows that the list of operations is true and complete. Source:
/// atproto specification, "Sync", "Commit Validation".
/// </summary>
public static class CommitInversion
{
    /// <summary>Computes the root of the tree before a commit.</summary>
    /// <param name="operations">The operations; at most one for a path.</param>
    /// <param name="blocks">Blocks by CID, among them nodes of the new tree.</param>
    /// <param name="data">The root of the new tree.</param>
    /// <returns>What must be equal to <c>prevData</c>.</returns>
    /// <exception cref="TreeException">
    /// A node is missing or invalid, or an operation does not agree with the new tree, or lacks a CID.
    /// </exception>
    public static Cid Invert(
        IReadOnlyList<CommitOperation> operations, IReadOnlyDictionary<Cid, byte[]> blocks, Cid data)
    {
        var paths = new HashSet<string>(StringComparer.Ordinal);
        var tree = MerkleTree.FromBlocks(data, blocks);
        foreach (var operation in operations)
        {
            if (!paths.Add(operation.Path))
            {
                throw new TreeException($"More than one operation on {operation.Path}");
            }

            tree = Undo(tree, operation);
        }

        return tree.Root;
    }

    private static MerkleTree Undo(MerkleTree tree, CommitOperation operation)
    {
        Span<byte> bytes = stackalloc byte[TreeKey.MaxLength];
        if (!TreeKey.TryEncode(operation.Path, bytes, out var length))
        {
            throw new TreeException($"Not a valid path: {operation.Path}");
        }

        var key = bytes[..length];
        if (tree.Get(key) != operation.Cid || operation.Cid is null != operation.Action is OperationAction.Delete)
        {
            throw new TreeException($"The tree does not agree with the operation on {operation.Path}");
        }

        if (operation.Action is OperationAction.Create)
        {
            return tree.Delete(key)!;
        }

        if (operation.Prev is not { Codec: CidCodec.DagCbor } prev)
        {
            throw new TreeException($"The operation does not say what was at {operation.Path}");
        }

        return (operation.Action is OperationAction.Update ? tree.Update(key, prev) : tree.Add(key, prev))!;
    }
}
