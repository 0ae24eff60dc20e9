namespace AtProto.Repo;

/// <summary>
/// One node of a tree: its encoding, read in place, and those of its subtrees that are in memory. A node made by an edit
/// has blank links to new subtrees until it is sealed; apart from that, and from subtrees that become loaded, it never
/// changes, so that trees share nodes and threads share trees.
/// </summary>
internal sealed class TreeNode
{
    /// <summary>What a node weighs besides its bytes: itself, the head of its array, its place in its parent.</summary>
    private const int Overhead = 80 + 24 + 8;

    private readonly byte[] _bytes;
    private readonly TreeNode?[]? _children;
    private readonly bool _hasLeft;
    private volatile bool _isSealed;
    private Cid _cid;

    /// <summary>Makes a node.</summary>
    /// <param name="bytes">Its encoding, in which links to unsealed children are blank.</param>
    /// <param name="children">The subtrees, null where not loaded; null when the node has no links at all.</param>
    /// <param name="count">The number of entries.</param>
    /// <param name="layer">The depth of its keys.</param>
    /// <param name="hasLeft">Whether there is a link before the first entry.</param>
    public TreeNode(byte[] bytes, TreeNode?[]? children, int count, int layer, bool hasLeft)
    {
        _bytes = bytes;
        _children = children;
        _hasLeft = hasLeft;
        Count = count;
        Layer = layer;
    }

    /// <summary>Makes a node that was read.</summary>
    public TreeNode(byte[] bytes, TreeNode?[]? children, int count, int layer, bool hasLeft, Cid cid)
        : this(bytes, children, count, layer, hasLeft)
    {
        _cid = cid;
        _isSealed = true;
    }

    /// <summary>The number of entries.</summary>
    public int Count { get; }

    /// <summary>The depth of the keys.</summary>
    public int Layer { get; }

    /// <summary>The encoding; links in it may be blank while the node is not sealed.</summary>
    public byte[] Bytes => _bytes;

    /// <summary>Whether there is any subtree.</summary>
    public bool HasLinks => _children is not null;

    /// <summary>Whether the CID is known.</summary>
    public bool IsSealed => _isSealed;

    /// <summary>The offset of the first entry.</summary>
    public int FirstAt => Count switch { < 24 => 4, <= byte.MaxValue => 5, <= ushort.MaxValue => 6, _ => 8 };

    /// <summary>The offset of the CID before the first entry, 0 when there is no link.</summary>
    public int LeftAt => _hasLeft ? _bytes.Length - Cid.Length : 0;

    /// <summary>Roughly what the node holds of memory, in bytes.</summary>
    public int Weight => Overhead + _bytes.Length + (_children is null ? 0 : 24 + (8 * _children.Length));

    /// <summary>The entry at an offset.</summary>
    public NodeEntry Entry(int at) => new(_bytes, at);

    /// <summary>The offset of the CID of a link; 0 when there is none.</summary>
    public int LinkAt(int index)
    {
        if (index == 0)
        {
            return LeftAt;
        }

        var entry = Entry(FirstAt);
        while (--index > 0)
        {
            entry = Entry(entry.End);
        }

        return entry.LinkAt;
    }

    /// <summary>The subtree before an entry; null when there is none or when it is not loaded.</summary>
    public TreeNode? Loaded(int index) => _children is null ? null : Volatile.Read(ref _children[index]);

    /// <summary>The subtree behind a link; null when there is none.</summary>
    /// <exception cref="TreeException">It is not loaded.</exception>
    public TreeNode? Child(int index, int linkAt) => linkAt == 0
        ? null
        : Loaded(index) ?? throw NodeLink.Missing(_bytes, linkAt);

    /// <summary>The link at a place, as it is.</summary>
    public NodeLink Link(int index, int linkAt) => linkAt == 0 ? default : new NodeLink(Loaded(index), _bytes, linkAt);

    /// <summary>Reads a CID of the encoding.</summary>
    public Cid CidAt(int at) => Cid.TryRead(_bytes.AsSpan(at, Cid.Length), out var cid)
        ? cid
        : throw new TreeException("A tree node is not sealed.");

    /// <summary>Puts a loaded subtree in its place, unless another thread has been faster.</summary>
    public bool TryAttach(int index, TreeNode child) =>
        Interlocked.CompareExchange(ref _children![index], child, null) is null;

    /// <summary>Finds a key, or where it would be.</summary>
    public NodePlace Find(ReadOnlySpan<byte> key)
    {
        // The keys are compared without being put together: what the key shares with the entry before decides most cases.
        var bytes = _bytes.AsSpan();
        var matched = 0;
        var at = FirstAt;
        var linkAt = LeftAt;
        for (var i = 0; i < Count; i++)
        {
            var entry = new NodeEntry(bytes, at);
            if (entry.Prefix < matched)
            {
                return new NodePlace(i, isFound: false, linkAt, entry);
            }

            if (entry.Prefix == matched)
            {
                var suffix = bytes.Slice(entry.SuffixAt, entry.SuffixLength);
                var rest = key[matched..];
                var common = suffix.CommonPrefixLength(rest);
                if (common == rest.Length || (common < suffix.Length && suffix[common] > rest[common]))
                {
                    return new NodePlace(i, common == rest.Length && common == suffix.Length, linkAt, entry);
                }

                matched += common;
            }

            at = entry.End;
            linkAt = entry.LinkAt;
        }

        return new NodePlace(Count, isFound: false, linkAt, default);
    }

    /// <summary>Puts the key of an entry together.</summary>
    /// <returns>Its length.</returns>
    public int ReadKey(int index, Span<byte> destination)
    {
        var entry = Entry(FirstAt);
        while (true)
        {
            _bytes.AsSpan(entry.SuffixAt, entry.SuffixLength).CopyTo(destination[entry.Prefix..]);
            if (index-- == 0)
            {
                return entry.Prefix + entry.SuffixLength;
            }

            entry = Entry(entry.End);
        }
    }

    /// <summary>The same node with another subtree in a place that has a link.</summary>
    public TreeNode WithChild(int index, int linkAt, TreeNode child)
    {
        var bytes = _bytes.AsSpan().ToArray();
        var children = CopyChildren()!;
        children[index] = child;
        new NodeLink(child).WriteTo(bytes.AsSpan(linkAt));
        return new TreeNode(bytes, children, Count, Layer, _hasLeft);
    }

    /// <summary>The same node with another value in an entry.</summary>
    public TreeNode WithValue(in NodeEntry entry, Cid value)
    {
        var bytes = _bytes.AsSpan().ToArray();
        value.WriteTo(bytes.AsSpan(entry.ValueAt));
        return new TreeNode(bytes, CopyChildren(), Count, Layer, _hasLeft);
    }

    /// <summary>The same node with other objects for its loaded subtrees, or with null where one is to be let go.</summary>
    public TreeNode Select(Func<TreeNode, TreeNode?> keep)
    {
        var cid = Seal();
        if (_children is null)
        {
            return this;
        }

        var children = new TreeNode?[_children.Length];
        for (var i = 0; i < children.Length; i++)
        {
            children[i] = Loaded(i) is { } child ? keep(child) : null;
        }

        return new TreeNode(_bytes, children, Count, Layer, _hasLeft, cid);
    }

    /// <summary>
    /// The CID, computed on first use, and those of the new nodes below. Threads may do this at the same time: they write
    /// the same bytes to the same places, and none relies on what another has not finished.
    /// </summary>
    public Cid Seal()
    {
        if (_isSealed)
        {
            return _cid;
        }

        if (_children is not null)
        {
            SealChild(0, LeftAt);
            var at = FirstAt;
            for (var i = 1; i <= Count; i++)
            {
                var entry = Entry(at);
                SealChild(i, entry.LinkAt);
                at = entry.End;
            }
        }

        _cid = Cid.Compute(CidCodec.DagCbor, _bytes);
        _isSealed = true;
        return _cid;
    }

    private TreeNode?[]? CopyChildren() => _children?.AsSpan().ToArray();

    private void SealChild(int index, int linkAt)
    {
        if (linkAt != 0 && Loaded(index) is { } child)
        {
            child.Seal().WriteTo(_bytes.AsSpan(linkAt));
        }
    }
}
