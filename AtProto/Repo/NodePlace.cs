namespace AtProto.Repo;

/// <summary>Where a key is in a node, or would be: before the entry <see cref="Index"/>.</summary>
internal readonly struct NodePlace(int index, bool isFound, int linkAt, in NodeEntry entry)
{
    /// <summary>The first entry whose key is not smaller; the number of entries when there is none.</summary>
    public int Index { get; } = index;

    /// <summary>Whether that entry has the key.</summary>
    public bool IsFound { get; } = isFound;

    /// <summary>The offset of the CID of the subtree before that entry, 0 when there is none.</summary>
    public int LinkAt { get; } = linkAt;

    /// <summary>That entry; empty when there is none.</summary>
    public NodeEntry Entry { get; } = entry;
}
