namespace AtProto.Repo;

/// <summary>Reads the entries of a tree in order of their keys. Not for concurrent use; the tree may be.</summary>
public sealed class TreeCursor
{
    private readonly MerkleTree _tree;
    private readonly List<Frame> _frames = [];
    private byte[]? _from;
    private int _depth;
    private bool _isStarted;

    internal TreeCursor(MerkleTree tree, ReadOnlySpan<byte> from)
    {
        _tree = tree;
        _from = from.IsEmpty ? null : from.ToArray();
    }

    /// <summary>The key of the entry; valid until the next <see cref="Read"/>.</summary>
    public ReadOnlySpan<byte> Key => _frames[_depth - 1].Key;

    /// <summary>The CID of the entry's record.</summary>
    public Cid Value { get; private set; }

    /// <summary>The node that is missing: attach its block and read on, or skip it.</summary>
    public MissingNode Missing { get; private set; }

    /// <summary>Goes to the next entry. At a missing node it stays until that is there or skipped.</summary>
    public TreeStep Read()
    {
        if (!_isStarted)
        {
            if (_tree.LoadedTop is not { } top)
            {
                Missing = new MissingNode(_tree, _tree.Root, null, 0, [], []);
                return TreeStep.Missing;
            }

            _isStarted = true;
            Push(top);
        }

        while (_depth > 0)
        {
            var frame = _frames[_depth - 1];
            if (frame.LinkAt != 0)
            {
                if (frame.Node.Loaded(frame.Index) is not { } child)
                {
                    Missing = new MissingNode(
                        _tree, frame.Node.CidAt(frame.LinkAt), frame.Node, frame.Index, LowerBound(), UpperBound());
                    return TreeStep.Missing;
                }

                frame.LinkAt = 0;
                Push(child);
            }
            else if (frame.Index < frame.Node.Count)
            {
                Value = frame.Next();
                _from = null;
                return TreeStep.Entry;
            }
            else
            {
                _depth--;
            }
        }

        return TreeStep.End;
    }

    /// <summary>Leaves out the keys below the missing node.</summary>
    public void SkipMissing()
    {
        if (!_isStarted)
        {
            _isStarted = true;
        }
        else
        {
            _frames[_depth - 1].LinkAt = 0;
        }
    }

    /// <summary>
    /// Goes on in the missing node, which the tree does not keep: whoever reads a whole tree so needs memory only for the
    /// nodes on the way to one entry.
    /// </summary>
    /// <param name="bytes">The block. It is kept while its entries are read, and must not be changed.</param>
    /// <exception cref="TreeException">As <see cref="MissingNode.Attach"/> says.</exception>
    public void EnterMissing(byte[] bytes)
    {
        var node = Missing.Parse(bytes);
        SkipMissing();
        Push(node);
    }

    /// <summary>The layer of the missing node; null for the top node, whose keys have to tell it.</summary>
    internal int? MissingLayer => _depth == 0 ? null : _frames[_depth - 1].Node.Layer - 1;

    private void Push(TreeNode node)
    {
        if (_depth == _frames.Count)
        {
            _frames.Add(new Frame());
        }

        // Until the first entry is read, every node entered is on the way to where reading begins.
        _frames[_depth++].Start(node, _from);
    }

    private byte[] LowerBound()
    {
        for (var i = _depth - 1; i >= 0; i--)
        {
            if (_frames[i].Index > 0)
            {
                return _frames[i].Key.ToArray();
            }
        }

        return [];
    }

    private byte[] UpperBound()
    {
        for (var i = _depth - 1; i >= 0; i--)
        {
            if (_frames[i].Index < _frames[i].Node.Count)
            {
                return _frames[i].PeekKey();
            }
        }

        return [];
    }

    /// <summary>Where reading is in one node. Its link is that before the next entry, 0 when none or already followed.</summary>
    private sealed class Frame
    {
        private byte[] _key = new byte[64];
        private int _keyLength;
        private int _at;

        public TreeNode Node { get; private set; } = null!;

        public int Index { get; private set; }

        public int LinkAt { get; set; }

        public ReadOnlySpan<byte> Key => _key.AsSpan(0, _keyLength);

        public void Start(TreeNode node, byte[]? from)
        {
            (Node, Index, LinkAt) = (node, 0, node.LeftAt);
            (_at, _keyLength) = (node.FirstAt, 0);
            if (from is not null)
            {
                var place = node.Find(from);
                while (Index < place.Index)
                {
                    Next();
                }

                LinkAt = place.IsFound ? 0 : place.LinkAt;
            }
        }

        /// <summary>The key of the next entry, from that of the one before.</summary>
        public byte[] PeekKey()
        {
            var entry = Node.Entry(_at);
            return [.. _key.AsSpan(0, entry.Prefix), .. Node.Bytes.AsSpan(entry.SuffixAt, entry.SuffixLength)];
        }

        public Cid Next()
        {
            var entry = Node.Entry(_at);
            _keyLength = entry.Prefix + entry.SuffixLength;
            if (_keyLength > _key.Length)
            {
                Array.Resize(ref _key, 2 * _keyLength);
            }

            Node.Bytes.AsSpan(entry.SuffixAt, entry.SuffixLength).CopyTo(_key.AsSpan(entry.Prefix));
            (_at, LinkAt) = (entry.End, entry.LinkAt);
            Index++;
            return Node.CidAt(entry.ValueAt);
        }
    }
}
