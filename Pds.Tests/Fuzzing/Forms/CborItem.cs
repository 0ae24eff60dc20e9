using System.Buffers.Binary;

namespace Pds.Tests.Fuzzing.Forms;

/// <summary>One item of CBOR and what is in it, right or wrong.</summary>
internal sealed class CborItem
{
    private const int MaxDepth = 200;

    private CborItem(int major, ulong argument) => (Major, Argument) = (major, argument);

    public int Major { get; }

    /// <summary>The number in the head; a length is told by what there is.</summary>
    public ulong Argument { get; set; }

    public byte[] Content { get; set; } = [];

    /// <summary>The items of an array, keys and values of a map in turn, or what is tagged.</summary>
    public List<CborItem> Items { get; private init; } = [];

    /// <summary>Reads items that follow each other; null when the bytes are no such items.</summary>
    public static List<CborItem>? ReadAll(byte[] bytes)
    {
        List<CborItem> items = [];
        for (var rest = bytes.AsSpan(); !rest.IsEmpty;)
        {
            if (Read(ref rest, MaxDepth) is not { } item)
            {
                return null;
            }

            items.Add(item);
        }

        return items;
    }

    public static byte[] Write(IEnumerable<CborItem> items)
    {
        List<byte> bytes = [];
        foreach (var item in items)
        {
            item.Write(bytes);
        }

        return [.. bytes];
    }

    public CborItem Copy() => new(Major, Argument) { Content = Content, Items = Items.ConvertAll(item => item.Copy()) };

    /// <summary>Everything below, and this.</summary>
    public IEnumerable<CborItem> All() => Items.SelectMany(item => item.All()).Prepend(this);

    private static CborItem? Read(ref Span<byte> rest, int depth)
    {
        if (rest.IsEmpty || depth == 0)
        {
            return null;
        }

        var (major, info) = (rest[0] >> 5, rest[0] & 0x1f);
        var length = info < 24 ? 0 : info < 28 ? 1 << (info - 24) : -1;
        if (length < 0 || rest.Length <= length)
        {
            return null;
        }

        Span<byte> number = stackalloc byte[8];
        number.Clear();
        rest.Slice(1, length).CopyTo(number[(8 - length)..]);
        var argument = info < 24 ? (ulong)info : BinaryPrimitives.ReadUInt64BigEndian(number);
        rest = rest[(1 + length)..];
        var item = new CborItem(major, argument);
        if (major is 2 or 3)
        {
            if (argument > (ulong)rest.Length)
            {
                return null;
            }

            item.Content = rest[..(int)argument].ToArray();
            rest = rest[(int)argument..];
            return item;
        }

        var count = major switch { 4 => argument, 5 => 2 * argument, 6 => 1UL, _ => 0UL };
        for (; count > 0; count--)
        {
            if (Read(ref rest, depth - 1) is not { } child)
            {
                return null;
            }

            item.Items.Add(child);
        }

        return item;
    }

    private void Write(List<byte> bytes)
    {
        WriteHead(bytes, Major switch
        {
            2 or 3 => (ulong)Content.Length,
            4 => (ulong)Items.Count,
            5 => (ulong)Items.Count / 2,
            _ => Argument,
        });
        bytes.AddRange(Content);
        foreach (var item in Items)
        {
            item.Write(bytes);
        }
    }

    private void WriteHead(List<byte> bytes, ulong argument)
    {
        var length = argument < 24 ? 0 : argument <= byte.MaxValue ? 1 : argument <= ushort.MaxValue ? 2 : argument <= uint.MaxValue ? 4 : 8;
        bytes.Add((byte)((Major << 5) | (length == 0 ? (int)argument : 24 + int.Log2(length))));
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(number, argument);
        bytes.AddRange(number[(8 - length)..]);
    }
}
