using System.Buffers.Binary;

namespace AtProto.Repo;

/// <summary>
/// Reads a node of unknown origin: exactly the encoding that this library writes, with keys in order, in range and of the
/// right depth. What it accepts may be read in place.
/// </summary>
internal ref struct NodeParser
{
    /// <summary>The greatest node: what one event may carry.</summary>
    public const int MaxBytes = 2_000_000;

    // An entry without link: the heads of its parts, one byte of key, and the record's link.
    private const int MinEntryLength = 3 + 2 + 3 + 3 + 2 + NodeEntry.LinkLength;

    private readonly ReadOnlySpan<byte> _bytes;
    private int _at;

    private NodeParser(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Reads a node.</summary>
    /// <param name="cid">What the link to it says; checked.</param>
    /// <param name="bytes">The block; kept.</param>
    /// <param name="layer">The layer that its place gives it; -1 for the top, which its keys give one.</param>
    /// <param name="lower">A key that all of its keys are greater than; empty for none.</param>
    /// <param name="upper">A key that all of its keys are smaller than; empty for none.</param>
    /// <exception cref="TreeException">It is not such a node.</exception>
    public static TreeNode Parse(Cid cid, byte[] bytes, int layer, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper)
    {
        if (bytes.Length > MaxBytes)
        {
            throw new TreeException($"A tree node has {bytes.Length} bytes; at most {MaxBytes} are allowed.");
        }

        if (cid.Codec != CidCodec.DagCbor || Cid.Compute(CidCodec.DagCbor, bytes) != cid)
        {
            throw new TreeException($"A block is not what its CID says: {cid}");
        }

        return new NodeParser(bytes).Read(cid, bytes, layer, lower, upper);
    }

    private TreeNode Read(Cid cid, byte[] bytes, int layer, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper)
    {
        Expect([0xa2, .. "ae"u8]);
        var count = ReadArgument(0x80);
        if (count > (_bytes.Length - _at) / MinEntryLength)
        {
            throw Wrong("has more entries than bytes");
        }

        var isTop = layer < 0;
        var hasLinks = false;
        Span<byte> key = stackalloc byte[TreeKey.MaxLength];
        var keyLength = 0;
        for (var i = 0; i < count; i++)
        {
            keyLength = ReadKey(key, keyLength);
            var depth = TreeKey.Depth(key[..keyLength]);
            if (layer < 0)
            {
                layer = depth;
            }
            else if (depth != layer)
            {
                throw Wrong("has a key of another layer");
            }

            if (i == 0 && key[..keyLength].SequenceCompareTo(lower) <= 0)
            {
                throw Wrong("has a key that belongs before it");
            }

            Expect("at"u8);
            hasLinks |= ReadLink(isOptional: true);
            Expect("av"u8);
            ReadLink(isOptional: false);
        }

        if (!upper.IsEmpty && count > 0 && key[..keyLength].SequenceCompareTo(upper) >= 0)
        {
            throw Wrong("has a key that belongs after it");
        }

        Expect("al"u8);
        var hasLeft = ReadLink(isOptional: true);
        hasLinks |= hasLeft;
        if (_at != _bytes.Length)
        {
            throw Wrong("has bytes after its end");
        }

        if (count == 0 && hasLeft == isTop)
        {
            throw Wrong(isTop ? "is at the top and has no entries" : "has neither entries nor link");
        }

        if (hasLinks && layer == 0)
        {
            throw Wrong("is at the bottom and has links");
        }

        return new TreeNode(bytes, hasLinks ? new TreeNode?[count + 1] : null, count, Math.Max(layer, 0), hasLeft, cid);
    }

    /// <summary>Reads the two parts of a key over the key before it, whose shared part must be as long as it can be.</summary>
    private int ReadKey(scoped Span<byte> key, int previousLength)
    {
        Expect([0xa4, .. "ak"u8]);
        var suffix = Take(ReadArgument(0x40));
        Expect("ap"u8);
        var prefix = ReadArgument(0x00);

        if (prefix > previousLength || suffix.IsEmpty || prefix + suffix.Length > TreeKey.MaxLength)
        {
            throw Wrong("has a key of impossible length");
        }

        if (prefix < previousLength && suffix[0] <= key[prefix])
        {
            throw Wrong("has keys out of order, or shortened less than they could be");
        }

        suffix.CopyTo(key[prefix..]);
        var length = prefix + suffix.Length;
        return TreeKey.IsValid(key[..length]) ? length : throw Wrong("has an invalid key");
    }

    private bool ReadLink(bool isOptional)
    {
        if (isOptional && _at < _bytes.Length && _bytes[_at] == 0xf6)
        {
            _at++;
            return false;
        }

        // Tag 42, 37 bytes, a zero, and a CID of version 1, dag-cbor, SHA-256.
        Expect([0xd8, 0x2a, 0x58, 0x25, 0x00, 0x01, 0x71, 0x12, 0x20]);
        Take(32);
        return true;
    }

    private int ReadArgument(int major)
    {
        var head = Take(1)[0] - major;
        var value = head switch
        {
            >= 0 and < 24 => head,
            24 => Take(1)[0],
            25 => BinaryPrimitives.ReadUInt16BigEndian(Take(2)),
            _ => throw Wrong("is not encoded as a tree node"),
        };

        // Only the shortest form is canonical.
        return (head == 24 && value < 24) || (head == 25 && value <= byte.MaxValue)
            ? throw Wrong("is not encoded canonically")
            : value;
    }

    private void Expect(scoped ReadOnlySpan<byte> expected)
    {
        if (!Take(expected.Length).SequenceEqual(expected))
        {
            throw Wrong("is not encoded as a tree node");
        }
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _bytes.Length - _at)
        {
            throw Wrong("is cut off");
        }

        _at += count;
        return _bytes.Slice(_at - count, count);
    }

    private static TreeException Wrong(string how) => new($"A tree node {how}.");
}
