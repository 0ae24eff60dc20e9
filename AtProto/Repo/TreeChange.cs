using System.Runtime.InteropServices;
using System.Text;

namespace AtProto.Repo;

/// <summary>
/// What lies between two trees, as a commit needs it: nodes to store, nodes to drop, and the nodes that prove the change.
/// Nodes that both trees have are recognised by CID and not entered. Source: atproto specification, "Sync", "Commit Proofs".
/// </summary>
public sealed class TreeChange
{
    // Links, of some forty bytes each: what the trees of most repositories need.
    private const int MaxSpare = 3 * 256;

    // Lists for the next comparison: what one looks at is a multiple of what it finds.
    [ThreadStatic]
    private static (List<Item> Old, List<Item> New, List<Item> Spare)? t_spare;

    private readonly List<TreeNode> _added;
    private readonly List<TreeNode> _removed;

    private TreeChange(List<TreeNode> added, List<TreeNode> removed)
    {
        (_added, _removed) = (added, removed);
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

    /// <summary>
    /// What turns the records of the old tree into those of the new one, in order of their paths: for an import, whose
    /// operations nobody lists.
    /// </summary>
    public IReadOnlyList<CommitOperation> FindOperations()
    {
        // An entry that is in a new node and in a dropped one has only moved.
        var old = ReadEntries(_removed);
        List<CommitOperation> operations = [];
        foreach (var (path, cid) in ReadEntries(_added))
        {
            if (!old.Remove(path, out var prev))
            {
                operations.Add(CommitOperation.Create(path, cid));
            }
            else if (cid != prev)
            {
                operations.Add(CommitOperation.Update(path, cid, prev));
            }
        }

        foreach (var (path, prev) in old)
        {
            operations.Add(CommitOperation.Delete(path, prev));
        }

        operations.Sort(static (left, right) => string.CompareOrdinal(left.Path, right.Path));
        return operations;
    }

    // A node of one layer has links to the next layer only, so that equal nodes meet on equal layers.
    private static (List<TreeNode> Added, List<TreeNode> Removed) Compare(TreeNode before, TreeNode after)
    {
        List<TreeNode> added = [];
        List<TreeNode> removed = [];
        var (old, @new, spare) = t_spare ?? ([], [], []);
        t_spare = null;
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

            BlankCommon(CollectionsMarshal.AsSpan(old), CollectionsMarshal.AsSpan(@new));
            Enter(ref old, ref spare, removed);
            Enter(ref @new, ref spare, added);
        }

        // Empty, as every layer leaves them.
        if (old.Capacity + @new.Capacity + spare.Capacity <= MaxSpare)
        {
            t_spare = (old, @new, spare);
        }

        return (added, removed);
    }

    /// <summary>Blanks what is on both sides. Both are in the order of the keys, so most of it is at the ends.</summary>
    private static void BlankCommon(Span<Item> old, Span<Item> @new)
    {
        while (!old.IsEmpty && !@new.IsEmpty && old[0].Cid == @new[0].Cid)
        {
            old[0] = @new[0] = default;
            old = old[1..];
            @new = @new[1..];
        }

        while (!old.IsEmpty && !@new.IsEmpty && old[^1].Cid == @new[^1].Cid)
        {
            old[^1] = @new[^1] = default;
            old = old[..^1];
            @new = @new[..^1];
        }

        if ((long)old.Length * @new.Length > 64)
        {
            BlankCommonOfMany(old, @new);
            return;
        }

        foreach (ref var item in old)
        {
            foreach (ref var other in @new)
            {
                if (item.Cid == other.Cid)
                {
                    item = other = default;
                    break;
                }
            }
        }
    }

    private static void BlankCommonOfMany(Span<Item> old, Span<Item> @new)
    {
        var places = new Dictionary<Cid, int>(@new.Length);
        for (var i = 0; i < @new.Length; i++)
        {
            places[@new[i].Cid] = i;
        }

        foreach (ref var item in old)
        {
            if (places.TryGetValue(item.Cid, out var place))
            {
                item = @new[place] = default;
            }
        }
    }

    /// <summary>Collects the nodes of one layer, and goes on to their links.</summary>
    private static void Enter(ref List<Item> items, ref List<Item> next, List<TreeNode> nodes)
    {
        foreach (var item in CollectionsMarshal.AsSpan(items))
        {
            if (item.Cid.IsEmpty)
            {
                continue;
            }

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

        items.Clear();
        (items, next) = (next, items);
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

        // The nodes of one tree are one object each.
        var seen = new HashSet<TreeNode>(added);
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
                if (seen.Add(node))
                {
                    proof.Add(new Block(node.Seal(), node.Bytes));
                }
            }
        }

        return proof;
    }

    private static Dictionary<string, Cid> ReadEntries(List<TreeNode> nodes)
    {
        var entries = new Dictionary<string, Cid>(StringComparer.Ordinal);
        Span<byte> key = stackalloc byte[TreeKey.MaxLength];
        foreach (var node in nodes)
        {
            var at = node.FirstAt;
            for (var i = 0; i < node.Count; i++)
            {
                var entry = node.Entry(at);
                node.Bytes.AsSpan(entry.SuffixAt, entry.SuffixLength).CopyTo(key[entry.Prefix..]);
                entries.Add(Encoding.ASCII.GetString(key[..(entry.Prefix + entry.SuffixLength)]), node.CidAt(entry.ValueAt));
                at = entry.End;
            }
        }

        return entries;
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
