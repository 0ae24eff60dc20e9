namespace AtProto.Repo;

/// <summary>A link as it is carried from one node to another: to a subtree in memory, to one that is not, or none.</summary>
internal readonly struct NodeLink
{
    private readonly byte[]? _source;
    private readonly int _at;

    /// <summary>A link to a subtree in memory, or none.</summary>
    public NodeLink(TreeNode? node) => Node = node;

    /// <summary>A link of an existing node.</summary>
    public NodeLink(TreeNode? node, byte[] source, int at)
    {
        Node = node;
        _source = source;
        _at = at;
    }

    /// <summary>The subtree, if it is in memory.</summary>
    public TreeNode? Node { get; }

    /// <summary>Whether there is no link.</summary>
    public bool IsNull => Node is null && _source is null;

    /// <summary>The CID of a subtree that is sealed or not in memory.</summary>
    public Cid Cid => Node?.Seal()
        ?? (Cid.TryRead(_source.AsSpan(_at, Cid.Length), out var cid) ? cid : throw new TreeException("Not a link."));

    /// <summary>The subtree of a link that is not null.</summary>
    /// <exception cref="TreeException">It is not in memory.</exception>
    public TreeNode Load() => Node ?? throw Missing(_source, _at);

    /// <summary>What is thrown when a subtree is needed and is not in memory.</summary>
    public static TreeException Missing(ReadOnlySpan<byte> source, int at) => new(
        "A tree node is not in memory.", Cid.TryRead(source.Slice(at, Cid.Length), out var cid) ? cid : null);

    /// <summary>Writes the CID; nothing when it is not known yet, which sealing will make good.</summary>
    public void WriteTo(Span<byte> destination)
    {
        if (Node is null)
        {
            _source.AsSpan(_at, Cid.Length).CopyTo(destination);
        }
        else if (Node.IsSealed)
        {
            Node.Seal().WriteTo(destination);
        }
        else
        {
            destination[..Cid.Length].Clear();
        }
    }
}
