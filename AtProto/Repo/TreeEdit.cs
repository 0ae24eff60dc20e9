namespace AtProto.Repo;

/// <summary>
/// The edits. Each makes new nodes on one path and shares the rest. A null node is an empty subtree; layers without keys
/// between others are nodes without entries.
/// </summary>
internal static class TreeEdit
{
    /// <summary>Adds a key to a tree. Null when it is there already.</summary>
    public static TreeNode? Add(TreeNode root, ReadOnlySpan<byte> key, int depth, Cid value)
    {
        if (root.Count > 0 && depth <= root.Layer)
        {
            return Insert(root, key, depth, value);
        }

        // A new top: the old tree is split in two, and both halves are raised to just below it.
        var (left, right) = root.Count == 0 ? default : Split(root, key);
        (left, right) = (Raise(left, depth - 1), Raise(right, depth - 1));
        var builder = NodeBuilder.Begin(new NodeLink(left));
        builder.Add(key, value, new NodeLink(right));
        return builder.Build(depth);
    }

    /// <summary>Gives a key another value. Null when it is not there; the same node when it has that value already.</summary>
    public static TreeNode? Update(TreeNode node, ReadOnlySpan<byte> key, Cid value)
    {
        var place = node.Find(key);
        if (place.IsFound)
        {
            return node.CidAt(place.Entry.ValueAt) == value ? node : node.WithValue(place.Entry, value);
        }

        if (node.Child(place.Index, place.LinkAt) is not { } child || Update(child, key, value) is not { } updated)
        {
            return null;
        }

        return ReferenceEquals(updated, child) ? node : node.WithChild(place.Index, place.LinkAt, updated);
    }

    /// <summary>Takes a key out of a tree. False when it is not there; a null node when nothing is left.</summary>
    public static bool TryDelete(TreeNode root, ReadOnlySpan<byte> key, out TreeNode? left)
    {
        if (!TryRemove(root, key, out left))
        {
            return false;
        }

        // The top has keys: what is above the highest of them goes.
        while (left is { Count: 0 })
        {
            left = left.Child(0, left.LeftAt);
        }

        return true;
    }

    private static TreeNode? Insert(TreeNode node, ReadOnlySpan<byte> key, int depth, Cid value)
    {
        var place = node.Find(key);
        if (place.IsFound)
        {
            return null;
        }

        var child = node.Child(place.Index, place.LinkAt);
        if (depth == node.Layer)
        {
            var (left, right) = Split(child, key);
            return WithEntry(node, place.Index, new NodeLink(left), key, value, new NodeLink(right));
        }

        if (child is null)
        {
            var builder = NodeBuilder.Begin(default);
            builder.Add(key, value, default);
            return WithLink(node, place.Index, new NodeLink(Raise(builder.Build(depth), node.Layer - 1)));
        }

        return Insert(child, key, depth, value) is { } inserted
            ? node.WithChild(place.Index, place.LinkAt, inserted)
            : null;
    }

    private static bool TryRemove(TreeNode node, ReadOnlySpan<byte> key, out TreeNode? left)
    {
        left = null;
        var place = node.Find(key);
        if (place.IsFound)
        {
            var after = node.Link(place.Index + 1, place.Entry.LinkAt);
            left = WithoutEntry(node, place.Index, Merge(node.Link(place.Index, place.LinkAt), after));
            return true;
        }

        if (node.Child(place.Index, place.LinkAt) is not { } child || !TryRemove(child, key, out var remaining))
        {
            return false;
        }

        left = remaining is null
            ? WithLink(node, place.Index, default)
            : node.WithChild(place.Index, place.LinkAt, remaining);
        return true;
    }

    /// <summary>Divides a subtree into what is before a key, which it does not have, and what is after it.</summary>
    private static (TreeNode? Left, TreeNode? Right) Split(TreeNode? node, ReadOnlySpan<byte> key)
    {
        if (node is null)
        {
            return default;
        }

        var place = node.Find(key);
        var child = node.Child(place.Index, place.LinkAt);
        var (childLeft, childRight) = Split(child, key);

        // Keys often come in order: then all of the node is on one side.
        if (place.Index == node.Count && childRight is null)
        {
            return (node, null);
        }

        if (place.Index == 0 && childLeft is null)
        {
            return (null, node);
        }

        var builder = NodeBuilder.Begin(place.Index == 0 ? new NodeLink(childLeft) : node.Link(0, node.LeftAt));
        builder.Add(node, 0, place.Index, new NodeLink(childLeft));
        var left = builder.Build(node.Layer);

        builder.Start(new NodeLink(childRight));
        builder.Add(node, place.Index, node.Count, LastLink(node));
        return (left, builder.Build(node.Layer));
    }

    /// <summary>Joins two neighbouring subtrees of the same layer. Only what both have in the middle need be in memory.</summary>
    private static NodeLink Merge(in NodeLink before, in NodeLink after)
    {
        if (before.IsNull || after.IsNull)
        {
            return before.IsNull ? after : before;
        }

        var (left, right) = (before.Load(), after.Load());
        var middle = Merge(LastLink(left), right.Link(0, right.LeftAt));
        var builder = NodeBuilder.Begin(left.Count == 0 ? middle : left.Link(0, left.LeftAt));
        builder.Add(left, 0, left.Count, middle);
        builder.Add(right, 0, right.Count, LastLink(right));
        return new NodeLink(builder.Build(left.Layer));
    }

    /// <summary>Puts a subtree under nodes without entries until it is as high as a layer.</summary>
    private static TreeNode? Raise(TreeNode? node, int layer)
    {
        while (node is not null && node.Layer < layer)
        {
            node = NodeBuilder.Begin(new NodeLink(node)).Build(node.Layer + 1);
        }

        return node;
    }

    private static TreeNode WithEntry(
        TreeNode node, int index, in NodeLink left, ReadOnlySpan<byte> key, Cid value, in NodeLink right)
    {
        var builder = NodeBuilder.Begin(index == 0 ? left : node.Link(0, node.LeftAt));
        builder.Add(node, 0, index, left);
        builder.Add(key, value, right);
        builder.Add(node, index, node.Count, LastLink(node));
        return builder.Build(node.Layer);
    }

    private static TreeNode? WithoutEntry(TreeNode node, int index, in NodeLink merged)
    {
        var builder = NodeBuilder.Begin(index == 0 ? merged : node.Link(0, node.LeftAt));
        builder.Add(node, 0, index, merged);
        builder.Add(node, index + 1, node.Count, LastLink(node));
        return builder.IsEmpty ? null : builder.Build(node.Layer);
    }

    private static TreeNode? WithLink(TreeNode node, int index, in NodeLink link)
    {
        var builder = NodeBuilder.Begin(index == 0 ? link : node.Link(0, node.LeftAt));
        builder.Add(node, 0, index, link);
        builder.Add(node, index, node.Count, LastLink(node));
        return builder.IsEmpty ? null : builder.Build(node.Layer);
    }

    private static NodeLink LastLink(TreeNode node) => node.Link(node.Count, node.LinkAt(node.Count));
}
