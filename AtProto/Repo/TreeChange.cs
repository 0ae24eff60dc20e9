namespace AtProto.Repo;

/// <summary>
/// What lies between two trees, as a commit needs it: nodes to store, nodes to drop, and the nodes that prove the change.
/// Nodes that both trees have are recognised by CID and not entered. Source: atproto specification, "Sync", "Commit Proofs".
/// </summary>
public sealed class TreeChange
{
    private TreeChange(List<TreeNode> added, List<TreeNode> removed)
    {
        (NewNodes, RemovedNodes) = (ToBlocks(added), ToBlocks(removed));
    }

    /// <summary>The nodes that only the new tree has, upper layers first.</summary>
    public IReadOnlyList<Block> NewNodes { get; }

    /// <summary>The nodes that only the old tree has, upper layers first.</summary>
    public IReadOnlyList<Block> RemovedNodes { get; }

    /// <summary>
    /// The nodes, other than <see cref="NewNodes"/>, on the ways in the new tree to each key and to both of its
    /// neighbours. Together with the new nodes they let a reader of the event undo the operations.
    /// </summary>
    public IReadOnlyList<Block> ProofNodes { get; private init; } = [];

    /// <summary>Compares two trees.</summary>
    /// <param name="before">The old tree. Where it differs it must be in memory.</param>
    /// <param name="after">The new tree. Where it differs, and around the keys, it must be in memory.</param>
    /// <param name="keys">The keys of the operations.</param>
    /// <exception cref="TreeException">A node that is needed is not in memory.</exception>
    public static TreeChange Between(MerkleTree before, MerkleTree after, params ReadOnlySpan<string> keys)
    {
        var (added, removed) = before.Root == after.Root
            ? ([], [])
            : Compare(before.RequireTop(), after.RequireTop());
        return new TreeChange(added, removed) { ProofNodes = Prove(after, keys, added) };
    }

    // A node of one layer has links to the next layer only, and nodes are in order: layer by layer, what the two trees have
    // in common is mostly at the ends.
    private static (List<TreeNode> Added, List<TreeNode> Removed) Compare(TreeNode before, TreeNode after)
    {
        List<TreeNode> added = [];
        List<TreeNode> removed = [];
        List<Item> old = [];
        List<Item> @new = [];
        for (var layer = Math.Max(before.Layer, after.Layer); layer >= 0; layer--)
        {
            if (before.Layer == layer)
            {
                old.Add(new Item(before.Seal(), before));
            }

            if (after.Layer == layer)
            {
                @new.Add(new Item(after.Seal(), after));
            }

            DropCommon(ref old, ref @new);
            old = Enter(old, removed);
            @new = Enter(@new, added);
        }

        return (added, removed);
    }

    private static void DropCommon(ref List<Item> old, ref List<Item> @new)
    {
        var head = 0;
        while (head < old.Count && head < @new.Count && old[head].Cid == @new[head].Cid)
        {
            head++;
        }

        var tail = 0;
        while (tail < old.Count - head && tail < @new.Count - head && old[^(tail + 1)].Cid == @new[^(tail + 1)].Cid)
        {
            tail++;
        }

        old = old[head..^tail];
        @new = @new[head..^tail];
        if (old.Count == 0 || @new.Count == 0)
        {
            return;
        }

        var common = new HashSet<Cid>(old.Count);
        foreach (var item in old)
        {
            common.Add(item.Cid);
        }

        var others = new HashSet<Cid>(@new.Count);
        foreach (var item in @new)
        {
            others.Add(item.Cid);
        }

        old.RemoveAll(item => others.Contains(item.Cid));
        @new.RemoveAll(item => common.Contains(item.Cid));
    }

    private static List<Item> Enter(List<Item> items, List<TreeNode> nodes)
    {
        List<Item> next = [];
        foreach (var item in items)
        {
            var node = item.Node ?? throw new TreeException("A tree node is not in memory.", item.Cid);
            nodes.Add(node);
            if (!node.HasLinks)
            {
                continue;
            }

            AddLink(next, node, 0, node.LeftAt);
            var at = node.FirstAt;
            for (var i = 1; i <= node.Count; i++)
            {
                var entry = node.Entry(at);
                AddLink(next, node, i, entry.LinkAt);
                at = entry.End;
            }
        }

        return next;
    }

    private static void AddLink(List<Item> items, TreeNode node, int index, int linkAt)
    {
        if (linkAt != 0)
        {
            items.Add(new Item(node.CidAt(linkAt), node.Loaded(index)));
        }
    }

    private static List<Block> Prove(MerkleTree after, ReadOnlySpan<string> keys, List<TreeNode> added)
    {
        if (keys.IsEmpty)
        {
            return [];
        }

        var seen = new HashSet<Cid>(2 * added.Count);
        foreach (var node in added)
        {
            seen.Add(node.Seal());
        }

        List<Block> proof = [];
        List<TreeNode> nodes = [];
        Span<byte> bytes = stackalloc byte[TreeKey.MaxLength];
        foreach (var key in keys)
        {
            nodes.Clear();
            var length = TreeKey.Encode(key, bytes);
            if (!TreeWalk.TryWalk(after, bytes[..length], neighbours: true, nodes, out var missing))
            {
                throw new TreeException("A tree node is not in memory.", missing.Cid);
            }

            foreach (var node in nodes)
            {
                if (seen.Add(node.Seal()))
                {
                    proof.Add(new Block(node.Seal(), node.Bytes));
                }
            }
        }

        return proof;
    }

    private static Block[] ToBlocks(List<TreeNode> nodes)
    {
        var blocks = new Block[nodes.Count];
        for (var i = 0; i < blocks.Length; i++)
        {
            blocks[i] = new Block(nodes[i].Seal(), nodes[i].Bytes);
        }

        return blocks;
    }

    private readonly record struct Item(Cid Cid, TreeNode? Node);
}
