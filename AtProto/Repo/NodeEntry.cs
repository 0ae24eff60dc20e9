using System.Buffers.Binary;

namespace AtProto.Repo;

/// <summary>
/// Where the parts of one entry lie in the bytes of its node. The bytes are known to be well formed:
/// <c>{"k": bytes, "p": int, "t": link or null, "v": link}</c>.
/// </summary>
internal readonly struct NodeEntry
{
    /// <summary>A link: tag 42, the head of 37 bytes, a zero, the CID.</summary>
    public const int LinkLength = 5 + Cid.Length;

    /// <summary>A map of four, and <c>"k"</c>.</summary>
    public const int HeadLength = 3;

    /// <summary>Reads the entry that begins at an offset.</summary>
    public NodeEntry(ReadOnlySpan<byte> bytes, int start)
    {
        Start = start;
        var at = start + HeadLength;
        (SuffixLength, at) = ReadArgument(bytes, at);
        SuffixAt = at;
        (Prefix, at) = ReadArgument(bytes, at + SuffixLength + 2);

        TAt = at + 2;
        HasLink = bytes[TAt] != 0xf6;
        at = TAt + (HasLink ? LinkLength : 1);
        ValueAt = at + 2 + 5;
        End = ValueAt + Cid.Length;
    }

    /// <summary>The offset of the entry.</summary>
    public int Start { get; }

    /// <summary>How many bytes the key shares with the key before it.</summary>
    public int Prefix { get; }

    /// <summary>The offset of the rest of the key.</summary>
    public int SuffixAt { get; }

    /// <summary>The length of the rest of the key.</summary>
    public int SuffixLength { get; }

    /// <summary>The offset of the link to the right, or of the null in its place.</summary>
    public int TAt { get; }

    /// <summary>Whether there is a link to the right.</summary>
    public bool HasLink { get; }

    /// <summary>The offset of the 36 bytes of the record's CID.</summary>
    public int ValueAt { get; }

    /// <summary>The offset after the entry.</summary>
    public int End { get; }

    /// <summary>The offset of the 36 bytes of the link's CID, 0 when there is none.</summary>
    public int LinkAt => HasLink ? TAt + 5 : 0;

    // Lengths of byte strings and small integers alike: the low five bits of the head, or one or two bytes after it.
    private static (int Value, int Next) ReadArgument(ReadOnlySpan<byte> bytes, int at)
    {
        var low = bytes[at] & 0x1f;
        return low switch
        {
            < 24 => (low, at + 1),
            24 => (bytes[at + 1], at + 2),
            _ => (BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 1)..]), at + 3),
        };
    }
}
