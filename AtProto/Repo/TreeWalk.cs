namespace AtProto.Repo;

/// <summary>
/// The way from the top of a tree to a key and on to both of its neighbours: the nodes that an edit needs, and those that
/// prove it.
/// </summary>
internal ref struct TreeWalk
{
    private readonly MerkleTree _tree;

    // The nearest entries on the way that are smaller and greater than everything below: what bounds a missing node.
    private TreeNode? _lowNode;
    private TreeNode? _highNode;
    private int _lowIndex;
    private int _highIndex;

    private TreeWalk(MerkleTree tree) => _tree = tree;

    /// <summary>Walks.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="key">The key.</param>
    /// <param name="neighbours">Whether to go on to the neighbours of a key that is there.</param>
    /// <param name="nodes">Receives the nodes, if given, top first.</param>
    /// <param name="missing">The first node that is not in memory.</param>
    /// <returns>False when a node is missing.</returns>
    public static bool TryWalk(
        MerkleTree tree, ReadOnlySpan<byte> key, bool neighbours, List<TreeNode>? nodes, out MissingNode missing)
    {
        if (tree.LoadedTop is { } top)
        {
            return new TreeWalk(tree).TryWalk(top, key, neighbours, nodes, out missing);
        }

        missing = new MissingNode(tree, tree.Root, null, 0, [], []);
        return false;
    }

    private bool TryWalk(
        TreeNode? node, ReadOnlySpan<byte> key, bool neighbours, List<TreeNode>? nodes, out MissingNode missing)
    {
        while (node is not null)
        {
            nodes?.Add(node);
            var place = node.Find(key);
            if (place.IsFound)
            {
                missing = default;
                return !neighbours || TryWalkAround(node, place, nodes, out missing);
            }

            if (!TryStep(node, place.Index, place.LinkAt, out node, out missing))
            {
                return false;
            }
        }

        missing = default;
        return true;
    }

    private readonly bool TryWalkAround(TreeNode node, in NodePlace place, List<TreeNode>? nodes, out MissingNode missing)
    {
        var left = this;
        if (!left.TryStep(node, place.Index, place.LinkAt, out var child, out missing))
        {
            return false;
        }

        while (child is not null)
        {
            nodes?.Add(child);
            if (!left.TryStep(child, child.Count, child.LinkAt(child.Count), out child, out missing))
            {
                return false;
            }
        }

        var right = this;
        if (!right.TryStep(node, place.Index + 1, place.Entry.LinkAt, out child, out missing))
        {
            return false;
        }

        while (child is not null)
        {
            nodes?.Add(child);
            if (!right.TryStep(child, 0, child.LeftAt, out child, out missing))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryStep(TreeNode node, int index, int linkAt, out TreeNode? child, out MissingNode missing)
    {
        if (index > 0)
        {
            (_lowNode, _lowIndex) = (node, index - 1);
        }

        if (index < node.Count)
        {
            (_highNode, _highIndex) = (node, index);
        }

        child = linkAt == 0 ? null : node.Loaded(index);
        if (child is not null || linkAt == 0)
        {
            missing = default;
            return true;
        }

        missing = new MissingNode(
            _tree, node.CidAt(linkAt), node, index, KeyOf(_lowNode, _lowIndex), KeyOf(_highNode, _highIndex));
        return false;
    }

    private static byte[] KeyOf(TreeNode? node, int index)
    {
        Span<byte> key = stackalloc byte[TreeKey.MaxLength];
        return node is null ? [] : key[..node.ReadKey(index, key)].ToArray();
    }
}
