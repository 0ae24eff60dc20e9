using System.Buffers;

namespace AtProto.Repo;

/// <summary>
/// Writes CAR files of version 1, a part at a time, to whatever takes bytes: a header, then blocks. Source: CARv1
/// specification; atproto specification, "Repository", "CAR File Serialization".
/// </summary>
public static class CarWriter
{
    /// <summary>The media type.</summary>
    public const string MediaType = "application/vnd.ipld.car";

    private const int LinkLength = 5 + Cid.Length;

    // A map of two, "roots", an array; "version", 1.
    private const int HeaderFixedLength = 1 + 6 + 1 + 8 + 1;

    /// <summary>Writes a header without roots.</summary>
    /// <param name="destination">Where to.</param>
    public static void WriteHeader(IBufferWriter<byte> destination) => WriteHeader(destination, default);

    /// <summary>Writes a header with one root.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="root">The root; <c>default</c> for none.</param>
    public static void WriteHeader(IBufferWriter<byte> destination, Cid root)
    {
        var length = HeaderFixedLength + (root.IsEmpty ? 0 : LinkLength);
        var span = destination.GetSpan(1 + length);
        span[0] = (byte)length;
        span[1] = 0xa2;
        "eroots"u8.CopyTo(span[2..]);
        span[8] = root.IsEmpty ? (byte)0x80 : (byte)0x81;
        var at = 9;
        if (!root.IsEmpty)
        {
            ((ReadOnlySpan<byte>)[0xd8, 0x2a, 0x58, 0x25, 0x00]).CopyTo(span[at..]);
            root.WriteTo(span[(at + 5)..]);
            at += LinkLength;
        }

        "gversion"u8.CopyTo(span[at..]);
        span[at + 8] = 1;
        destination.Advance(1 + length);
    }

    /// <summary>Writes a block.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="cid">The block's CID.</param>
    /// <param name="bytes">The block.</param>
    public static void WriteBlock(IBufferWriter<byte> destination, Cid cid, ReadOnlySpan<byte> bytes) =>
        destination.Advance(WriteBlock(destination.GetSpan(5 + Cid.Length + bytes.Length), cid, bytes));

    /// <summary>Writes a block.</summary>
    /// <param name="destination">Where to: with room for <see cref="GetBlockLength"/>.</param>
    /// <param name="cid">The block's CID.</param>
    /// <param name="bytes">The block.</param>
    /// <returns>How many bytes were written.</returns>
    public static int WriteBlock(Span<byte> destination, Cid cid, ReadOnlySpan<byte> bytes)
    {
        var at = WriteVarint(destination, Cid.Length + bytes.Length);
        cid.WriteTo(destination[at..]);
        bytes.CopyTo(destination[(at + Cid.Length)..]);
        return at + Cid.Length + bytes.Length;
    }

    /// <summary>The length of a file, in bytes.</summary>
    /// <param name="hasRoot">Whether there is a root.</param>
    /// <param name="blocks">The blocks.</param>
    public static int GetLength(bool hasRoot, ReadOnlySpan<Block> blocks)
    {
        var length = 1 + HeaderFixedLength + (hasRoot ? LinkLength : 0);
        foreach (var block in blocks)
        {
            length = checked(length + GetBlockLength(block.Bytes.Length));
        }

        return length;
    }

    /// <summary>What a block takes in a file, in bytes.</summary>
    /// <param name="length">The length of the block.</param>
    public static int GetBlockLength(int length)
    {
        Span<byte> varint = stackalloc byte[5];
        return WriteVarint(varint, Cid.Length + length) + Cid.Length + length;
    }

    /// <summary>A whole file.</summary>
    /// <param name="root">The root; <c>default</c> for none.</param>
    /// <param name="blocks">The blocks.</param>
    public static byte[] Encode(Cid root, ReadOnlySpan<Block> blocks)
    {
        var writer = new ArrayBufferWriter<byte>(GetLength(!root.IsEmpty, blocks));
        WriteHeader(writer, root);
        foreach (var block in blocks)
        {
            WriteBlock(writer, block.Cid, block.Bytes);
        }

        return writer.WrittenSpan.ToArray();
    }

    private static int WriteVarint(Span<byte> destination, int value)
    {
        var at = 0;
        for (; value >= 0x80; value >>= 7)
        {
            destination[at++] = (byte)(value | 0x80);
        }

        destination[at] = (byte)value;
        return at + 1;
    }
}
