using System.Diagnostics.CodeAnalysis;

namespace AtProto.Repo;

/// <summary>
/// A Merkle search tree: the keys of a repository, in order, and the CID of the record under each. Its shape follows from
/// its keys alone, so that equal content has an equal root. A tree never changes; an edit makes a new one that shares what
/// is the same. Subtrees may be left out of memory: <see cref="TryPrepare(ReadOnlySpan{byte}, out MissingNode)"/> tells
/// what to load. Safe for concurrent use. Source: atproto specification, "Repository", "MST Structure".
/// </summary>
public sealed class MerkleTree
{
    // What one more entry takes on average, with its share of a node.
    private const int EntryWeight = 130;

    private static readonly TreeNode EmptyTop = NodeBuilder.Begin(default).Build(0);

    private readonly Cid _root;
    private TreeNode? _top;
    private long _weight;

    private MerkleTree(Cid root) => _root = root;

    private MerkleTree(TreeNode top, long weight)
    {
        _top = top;
        _weight = weight;
    }

    /// <summary>The tree without keys.</summary>
    public static MerkleTree Empty { get; } = new(EmptyTop, EmptyTop.Weight);

    /// <summary>The CID of the top node. Computed on first use, as are those of all new nodes below it.</summary>
    public Cid Root => LoadedTop?.Seal() ?? _root;

    /// <summary>
    /// About how many bytes of memory the loaded nodes take. Edits are estimated; <see cref="Trim"/> counts anew.
    /// </summary>
    public long ApproximateBytes => Interlocked.Read(ref _weight);

    /// <summary>The top node if it is in memory.</summary>
    internal TreeNode? LoadedTop => Volatile.Read(ref _top);

    /// <summary>A tree of which nothing is in memory yet.</summary>
    /// <param name="root">The CID of its top node.</param>
    public static MerkleTree FromRoot(Cid root) => root == Empty.Root ? Empty : new MerkleTree(root);

    /// <summary>A tree of which some blocks are at hand, such as those of one event.</summary>
    /// <param name="root">The CID of its top node.</param>
    /// <param name="blocks">Blocks by CID; those that the tree does not refer to are not looked at.</param>
    /// <exception cref="TreeException">One of its nodes is invalid.</exception>
    public static MerkleTree FromBlocks(Cid root, IReadOnlyDictionary<Cid, byte[]> blocks)
    {
        var tree = FromRoot(root);
        var cursor = tree.GetCursor();
        while (true)
        {
            switch (cursor.Read())
            {
                case TreeStep.End:
                    return tree;
                case TreeStep.Missing when blocks.TryGetValue(cursor.Missing.Cid, out var bytes):
                    cursor.Missing.Attach(bytes);
                    break;
                case TreeStep.Missing:
                    cursor.SkipMissing();
                    break;
            }
        }
    }

    /// <summary>
    /// Whether every node is in memory that <see cref="Get(ReadOnlySpan{byte})"/>, an edit of this key and its proof in the
    /// tree after the edit need. A batch prepares each of its keys first, on the tree before the batch.
    /// </summary>
    /// <param name="key">The key; any bytes.</param>
    /// <param name="missing">When not: the node to load next. Then ask again.</param>
    public bool TryPrepare(ReadOnlySpan<byte> key, out MissingNode missing) =>
        TreeWalk.TryWalk(this, key, neighbours: true, null, out missing);

    /// <inheritdoc cref="TryPrepare(ReadOnlySpan{byte}, out MissingNode)"/>
    /// <exception cref="ArgumentException">The key is not ASCII, or longer than 1024 characters.</exception>
    public bool TryPrepare(ReadOnlySpan<char> key, out MissingNode missing)
    {
        Span<byte> bytes = stackalloc byte[TreeKey.MaxLength];
        return TryPrepare(bytes[..TreeKey.Encode(key, bytes)], out missing);
    }

    /// <summary>
    /// As <see cref="TryPrepare(ReadOnlySpan{byte}, out MissingNode)"/>, for <see cref="Get(ReadOnlySpan{byte})"/>, an
    /// update and <see cref="CommitProof"/> only, which need no neighbours.
    /// </summary>
    /// <param name="key">The key; any bytes.</param>
    /// <param name="missing">When not: the node to load next. Then ask again.</param>
    public bool TryPreparePath(ReadOnlySpan<byte> key, out MissingNode missing) =>
        TreeWalk.TryWalk(this, key, neighbours: false, null, out missing);

    /// <summary>The record under a key; null when there is none.</summary>
    /// <param name="key">The key; any bytes.</param>
    /// <exception cref="TreeException">A node on the way is not in memory.</exception>
    public Cid? Get(ReadOnlySpan<byte> key)
    {
        var node = RequireTop();
        while (node is not null)
        {
            var place = node.Find(key);
            if (place.IsFound)
            {
                return node.CidAt(place.Entry.ValueAt);
            }

            node = node.Child(place.Index, place.LinkAt);
        }

        return null;
    }

    /// <inheritdoc cref="Get(ReadOnlySpan{byte})"/>
    /// <exception cref="ArgumentException">The key is not ASCII, or longer than 1024 characters.</exception>
    public Cid? Get(ReadOnlySpan<char> key)
    {
        Span<byte> bytes = stackalloc byte[TreeKey.MaxLength];
        return Get(bytes[..TreeKey.Encode(key, bytes)]);
    }

    /// <summary>Adds a key. Null when it is there already.</summary>
    /// <param name="key">The key: a record's path.</param>
    /// <param name="value">The CID of the record, which is dag-cbor.</param>
    /// <exception cref="ArgumentException">The key or the CID is not one for a tree.</exception>
    /// <exception cref="TreeException">A node that the edit needs is not in memory.</exception>
    public MerkleTree? Add(ReadOnlySpan<byte> key, Cid value)
    {
        Require(key, value);
        return With(TreeEdit.Add(RequireTop(), key, TreeKey.Depth(key), value), EntryWeight);
    }

    /// <inheritdoc cref="Add(ReadOnlySpan{byte}, Cid)"/>
    public MerkleTree? Add(ReadOnlySpan<char> key, Cid value)
    {
        Span<byte> bytes = stackalloc byte[TreeKey.MaxLength];
        return Add(bytes[..TreeKey.Encode(key, bytes)], value);
    }

    /// <summary>Gives a key another record. Null when it is not there; this tree when it has that record already.</summary>
    /// <param name="key">The key: a record's path.</param>
    /// <param name="value">The CID of the record, which is dag-cbor.</param>
    /// <exception cref="ArgumentException">The key or the CID is not one for a tree.</exception>
    /// <exception cref="TreeException">A node that the edit needs is not in memory.</exception>
    public MerkleTree? Update(ReadOnlySpan<byte> key, Cid value)
    {
        Require(key, value);
        return With(TreeEdit.Update(RequireTop(), key, value), 0);
    }

    /// <inheritdoc cref="Update(ReadOnlySpan{byte}, Cid)"/>
    public MerkleTree? Update(ReadOnlySpan<char> key, Cid value)
    {
        Span<byte> bytes = stackalloc byte[TreeKey.MaxLength];
        return Update(bytes[..TreeKey.Encode(key, bytes)], value);
    }

    /// <summary>Takes a key out. Null when it is not there.</summary>
    /// <param name="key">The key: a record's path.</param>
    /// <exception cref="TreeException">A node that the edit needs is not in memory.</exception>
    public MerkleTree? Delete(ReadOnlySpan<byte> key)
    {
        if (!TreeEdit.TryDelete(RequireTop(), key, out var left))
        {
            return null;
        }

        return left is null ? Empty : With(left, -EntryWeight);
    }

    /// <inheritdoc cref="Delete(ReadOnlySpan{byte})"/>
    /// <exception cref="ArgumentException">The key is not ASCII, or longer than 1024 characters.</exception>
    public MerkleTree? Delete(ReadOnlySpan<char> key)
    {
        Span<byte> bytes = stackalloc byte[TreeKey.MaxLength];
        return Delete(bytes[..TreeKey.Encode(key, bytes)]);
    }

    /// <summary>Reads the entries in order.</summary>
    /// <param name="from">Where to begin: the first entry whose key is not smaller.</param>
    public TreeCursor GetCursor(ReadOnlySpan<byte> from = default) => new(this, from);

    /// <summary>The same tree with only its upper layers in memory, as many as fit.</summary>
    /// <param name="maxBytes">How many bytes the nodes may take; the top node stays in any case.</param>
    public MerkleTree Trim(long maxBytes)
    {
        if (LoadedTop is not { } top)
        {
            return this;
        }

        var weight = (long)top.Weight;
        var lowest = top.Layer;
        List<TreeNode> layer = [top];
        while (true)
        {
            List<TreeNode> next = [];
            var sum = 0L;
            foreach (var node in layer)
            {
                for (var i = 0; node.HasLinks && i <= node.Count; i++)
                {
                    if (node.Loaded(i) is { } child)
                    {
                        next.Add(child);
                        sum += child.Weight;
                    }
                }
            }

            if (next.Count == 0)
            {
                return new MerkleTree(top, weight);
            }

            if (weight + sum > maxBytes)
            {
                break;
            }

            weight += sum;
            lowest--;
            layer = next;
        }

        return new MerkleTree(Cut(top), weight);

        TreeNode Cut(TreeNode node) => node.Select(child => child.Layer < lowest ? null : Cut(child));
    }

    /// <summary>The top node.</summary>
    internal TreeNode RequireTop() => LoadedTop ?? throw new TreeException("A tree node is not in memory.", _root);

    internal static MerkleTree FromTop(TreeNode top, long weight) => new(top, weight);

    internal void Attach(TreeNode? parent, int index, TreeNode node)
    {
        var isFirst = parent is null
            ? Interlocked.CompareExchange(ref _top, node, null) is null
            : parent.TryAttach(index, node);
        if (isFirst)
        {
            Interlocked.Add(ref _weight, node.Weight);
        }
    }

    internal static void Require(ReadOnlySpan<byte> key, Cid value)
    {
        if (!TreeKey.IsValid(key))
        {
            throw TreeKey.Invalid();
        }

        if (value.Codec != CidCodec.DagCbor)
        {
            throw new ArgumentException("The CID of a record is of codec dag-cbor.", nameof(value));
        }
    }

    [return: NotNullIfNotNull(nameof(top))]
    private MerkleTree? With(TreeNode? top, long growth) => top is null
        ? null
        : ReferenceEquals(top, _top) ? this : new MerkleTree(top, Math.Max(0, ApproximateBytes + growth));
}
