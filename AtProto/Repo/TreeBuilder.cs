namespace AtProto.Repo;

/// <summary>
/// Builds a tree from all of its entries in order, each node once: for imports and rebuilding. Nodes are kept as the tree in
/// memory, or only handed on.
/// </summary>
/// <param name="sink">Receives each node when it is complete, those below first. When given, the nodes are not kept.</param>
public sealed class TreeBuilder(Action<Block>? sink = null)
{
    private readonly List<Layer> _layers = [];
    private readonly byte[] _last = new byte[TreeKey.MaxLength];
    private int _lastLength;
    private long _weight;

    /// <summary>Adds an entry.</summary>
    /// <param name="key">Greater than every key so far.</param>
    /// <param name="value">The CID of the record, which is dag-cbor.</param>
    /// <exception cref="ArgumentException">The key or the CID is not one for a tree, or the key is not in order.</exception>
    public void Add(ReadOnlySpan<byte> key, Cid value)
    {
        MerkleTree.Require(key, value);
        if (key.SequenceCompareTo(_last.AsSpan(0, _lastLength)) <= 0)
        {
            throw new ArgumentException("Keys must be added in order.", nameof(key));
        }

        key.CopyTo(_last);
        _lastLength = key.Length;

        var depth = TreeKey.Depth(key);
        while (_layers.Count <= depth)
        {
            _layers.Add(new Layer());
        }

        // What is open below the key's layer lies before the key and is complete.
        var before = Close(depth);
        _layers[depth].Add(before, key, value);
    }

    /// <inheritdoc cref="Add(ReadOnlySpan{byte}, Cid)"/>
    public void Add(ReadOnlySpan<char> key, Cid value)
    {
        Span<byte> bytes = stackalloc byte[TreeKey.MaxLength];
        Add(bytes[..TreeKey.Encode(key, bytes)], value);
    }

    /// <summary>Ends the tree. The builder is then empty and can be used again.</summary>
    /// <returns>The tree, of which nothing is in memory if there is a sink.</returns>
    public MerkleTree Build()
    {
        var top = Close(_layers.Count);
        var weight = _weight;
        (_lastLength, _weight) = (0, 0);
        _layers.Clear();
        if (top.IsNull)
        {
            sink?.Invoke(new Block(MerkleTree.Empty.Root, MerkleTree.Empty.RequireTop().Bytes));
            return MerkleTree.Empty;
        }

        return top.Node is { } node ? MerkleTree.FromTop(node, weight) : MerkleTree.FromRoot(top.Cid);
    }

    /// <summary>Completes the nodes below a layer. What is below ends as the last link of what is above.</summary>
    private NodeLink Close(int layer)
    {
        NodeLink below = default;
        for (var i = 0; i < layer; i++)
        {
            if (_layers[i].Complete(below, i) is { } node)
            {
                var cid = node.Seal();
                _weight += node.Weight;
                sink?.Invoke(new Block(cid, node.Bytes));
                below = sink is null ? new NodeLink(node) : new NodeLink(null, cid.ToBytes(), 0);
            }
            else
            {
                below = default;
            }
        }

        return below;
    }

    /// <summary>The open node of one layer. Its last entry waits for the link after it.</summary>
    private sealed class Layer
    {
        private readonly NodeBuilder _builder = new();
        private readonly byte[] _key = new byte[TreeKey.MaxLength];
        private int _keyLength;
        private Cid _value;
        private bool _isOpen;

        /// <summary>Adds an entry after the subtree that is before it.</summary>
        public void Add(in NodeLink before, ReadOnlySpan<byte> key, Cid value)
        {
            Continue(before);
            key.CopyTo(_key);
            (_keyLength, _value) = (key.Length, value);
        }

        /// <summary>Ends the node; null when there is nothing in it.</summary>
        public TreeNode? Complete(in NodeLink last, int layer)
        {
            if (!_isOpen && last.IsNull)
            {
                return null;
            }

            Continue(last);
            (_keyLength, _isOpen) = (0, false);
            return _builder.Build(layer);
        }

        private void Continue(in NodeLink link)
        {
            if (_isOpen)
            {
                _builder.Add(_key.AsSpan(0, _keyLength), _value, link);
            }
            else
            {
                _builder.Start(link);
                _isOpen = true;
            }
        }
    }
}
