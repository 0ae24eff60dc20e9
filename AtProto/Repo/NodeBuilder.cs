using System.Buffers.Binary;

namespace AtProto.Repo;

/// <summary>
/// Puts a node together from runs of entries of other nodes, which are copied as they are, and from new entries. The link
/// after an entry is part of its encoding, so it is given with the run or the entry that it follows. The encoding of a text
/// of one character is the letter a and the character.
/// </summary>
internal sealed class NodeBuilder
{
    // Room for the head, whose length depends on the count: a map of two, "e", and an array of up to 2^32.
    private const int HeadRoom = 8;

    [ThreadStatic]
    private static NodeBuilder? _shared;

    private readonly byte[] _last = new byte[TreeKey.MaxLength];
    private readonly byte[] _next = new byte[TreeKey.MaxLength];
    private byte[] _buffer = new byte[4096];
    private TreeNode?[] _children = new TreeNode?[32];
    private NodeLink _left;
    private int _end;
    private int _count;
    private int _lastLength;
    private bool _hasLinks;

    /// <summary>The builder of this thread, begun anew with the link before the first entry. Use it up before the next.</summary>
    public static NodeBuilder Begin(in NodeLink left)
    {
        var builder = _shared ??= new NodeBuilder();
        builder.Start(left);
        return builder;
    }

    /// <summary>Begins anew.</summary>
    public void Start(in NodeLink left)
    {
        _end = HeadRoom;
        _count = 0;
        _lastLength = 0;
        _hasLinks = !left.IsNull;
        _left = left;
        _children[0] = left.Node;
    }

    /// <summary>The number of entries so far.</summary>
    public int Count => _count;

    /// <summary>Whether there is neither entry nor link: no node at all.</summary>
    public bool IsEmpty => _count == 0 && !_hasLinks;

    /// <summary>Adds an entry.</summary>
    /// <param name="key">Greater than every key so far.</param>
    /// <param name="value">The record.</param>
    /// <param name="right">The link after it.</param>
    public void Add(ReadOnlySpan<byte> key, Cid value, in NodeLink right)
    {
        Span<byte> cid = stackalloc byte[Cid.Length];
        value.WriteTo(cid);
        Add(key, cid, right);
    }

    /// <summary>Adds entries of a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="from">The first entry.</param>
    /// <param name="to">The entry after the last.</param>
    /// <param name="right">The link after the last.</param>
    public void Add(TreeNode node, int from, int to, in NodeLink right)
    {
        if (from == to)
        {
            return;
        }

        var bytes = node.Bytes.AsSpan();
        var entry = node.Entry(node.FirstAt);
        var keyLength = CopyKey(bytes, entry);
        for (var i = 0; i < from; i++)
        {
            entry = node.Entry(entry.End);
            keyLength = CopyKey(bytes, entry);
        }

        // The first of the run has another key before it now; the others keep theirs.
        if (from > 0 || _count > 0)
        {
            var link = to - from == 1 ? right : node.Link(from + 1, entry.LinkAt);
            Add(_next.AsSpan(0, keyLength), bytes.Slice(entry.ValueAt, Cid.Length), link);
            if (++from == to)
            {
                return;
            }

            entry = node.Entry(entry.End);
            keyLength = CopyKey(bytes, entry);
        }

        var start = entry.Start;
        for (var i = from; i < to - 1; i++)
        {
            AddChild(node.Link(i + 1, entry.LinkAt));
            entry = node.Entry(entry.End);
            keyLength = CopyKey(bytes, entry);
        }

        // Up to the last link everything is copied in one piece.
        var run = bytes[start..entry.TAt];
        run.CopyTo(Reserve(run.Length));
        WriteTail(right, bytes.Slice(entry.ValueAt, Cid.Length));
        KeepLast(keyLength);
    }

    /// <summary>The node.</summary>
    /// <param name="layer">The depth of its keys.</param>
    public TreeNode Build(int layer)
    {
        var head = _count switch { < 24 => 4, <= byte.MaxValue => 5, <= ushort.MaxValue => 6, _ => 8 };
        var leftLength = _left.IsNull ? 1 : NodeEntry.LinkLength;
        var bytes = GC.AllocateUninitializedArray<byte>(head + _end - HeadRoom + 2 + leftLength);
        WriteHead(bytes);

        var at = head + _end - HeadRoom;
        _buffer.AsSpan(HeadRoom, _end - HeadRoom).CopyTo(bytes.AsSpan(head));
        "al"u8.CopyTo(bytes.AsSpan(at));
        WriteLink(bytes.AsSpan(at + 2), _left);

        var children = _hasLinks ? _children.AsSpan(0, _count + 1).ToArray() : null;
        var node = new TreeNode(bytes, children, _count, layer, !_left.IsNull);

        // This object lives as long as its thread: it must not keep subtrees alive.
        _children.AsSpan(0, _count + 1).Clear();
        _left = default;
        return node;
    }

    private static void WriteLink(Span<byte> destination, in NodeLink link)
    {
        if (link.IsNull)
        {
            destination[0] = 0xf6;
        }
        else
        {
            LinkHead.CopyTo(destination);
            link.WriteTo(destination[LinkHead.Length..]);
        }
    }

    // Tag 42, a byte string of 37 bytes, and the zero in front of every binary CID.
    private static ReadOnlySpan<byte> LinkHead => [0xd8, 0x2a, 0x58, 0x25, 0x00];

    private void WriteHead(Span<byte> bytes)
    {
        bytes[0] = 0xa2;
        "ae"u8.CopyTo(bytes[1..]);
        switch (_count)
        {
            case < 24:
                bytes[3] = (byte)(0x80 | _count);
                break;
            case <= byte.MaxValue:
                (bytes[3], bytes[4]) = (0x98, (byte)_count);
                break;
            case <= ushort.MaxValue:
                bytes[3] = 0x99;
                BinaryPrimitives.WriteUInt16BigEndian(bytes[4..], (ushort)_count);
                break;
            default:
                bytes[3] = 0x9a;
                BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], (uint)_count);
                break;
        }
    }

    private void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, in NodeLink right)
    {
        var prefix = key.CommonPrefixLength(_last.AsSpan(0, _lastLength));
        var suffix = key[prefix..];

        Reserve(1)[0] = 0xa4;
        "ak"u8.CopyTo(Reserve(2));
        WriteArgument(0x40, suffix.Length);
        suffix.CopyTo(Reserve(suffix.Length));
        "ap"u8.CopyTo(Reserve(2));
        WriteArgument(0x00, prefix);
        "at"u8.CopyTo(Reserve(2));
        WriteTail(right, value);

        suffix.CopyTo(_last.AsSpan(prefix));
        _lastLength = key.Length;
    }

    private void WriteTail(in NodeLink right, ReadOnlySpan<byte> value)
    {
        WriteLink(Reserve(right.IsNull ? 1 : NodeEntry.LinkLength), right);
        "av"u8.CopyTo(Reserve(2));
        LinkHead.CopyTo(Reserve(LinkHead.Length));
        value.CopyTo(Reserve(Cid.Length));
        AddChild(right);
    }

    private void AddChild(in NodeLink link)
    {
        if (++_count == _children.Length)
        {
            Array.Resize(ref _children, 2 * _count);
        }

        _hasLinks |= !link.IsNull;
        _children[_count] = link.Node;
    }

    private int CopyKey(ReadOnlySpan<byte> bytes, in NodeEntry entry)
    {
        bytes.Slice(entry.SuffixAt, entry.SuffixLength).CopyTo(_next.AsSpan(entry.Prefix));
        return entry.Prefix + entry.SuffixLength;
    }

    private void KeepLast(int length)
    {
        _next.AsSpan(0, length).CopyTo(_last);
        _lastLength = length;
    }

    private void WriteArgument(int major, int value)
    {
        switch (value)
        {
            case < 24:
                Reserve(1)[0] = (byte)(major | value);
                break;
            case <= byte.MaxValue:
                var one = Reserve(2);
                (one[0], one[1]) = ((byte)(major | 24), (byte)value);
                break;
            default:
                var two = Reserve(3);
                two[0] = (byte)(major | 25);
                BinaryPrimitives.WriteUInt16BigEndian(two[1..], (ushort)value);
                break;
        }
    }

    private Span<byte> Reserve(int count)
    {
        if (_buffer.Length - _end < count)
        {
            Array.Resize(ref _buffer, Math.Max(2 * _buffer.Length, _end + count));
        }

        var span = _buffer.AsSpan(_end, count);
        _end += count;
        return span;
    }
}
