using System.Buffers;
using System.Buffers.Binary;

namespace AtProto.Cbor;

/// <summary>
/// Writes canonical DAG-CBOR into a pooled buffer that grows and can be used again. Whoever writes a map writes its keys in
/// their order: shorter ones first, then byte by byte. Source: atproto specification, "Data Model"; RFC 8949.
/// </summary>
/// <param name="capacity">Bytes to begin with.</param>
public sealed class CborWriter(int capacity = 512) : IBufferWriter<byte>, IDisposable
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(capacity);
    private int _length;

    /// <summary>What has been written; valid until the next write, <see cref="Reset"/> or <see cref="Dispose"/>.</summary>
    public ReadOnlySpan<byte> WrittenSpan => _buffer.AsSpan(0, _length);

    /// <summary>How many bytes have been written.</summary>
    public int Length => _length;

    /// <summary>Begins anew with the same buffer.</summary>
    public void Reset() => _length = 0;

    /// <summary>What has been written, as a new array.</summary>
    public byte[] ToArray() => WrittenSpan.ToArray();

    /// <summary>Writes the head of a map; as many keys with their values must follow.</summary>
    /// <param name="count">How many entries.</param>
    public void WriteMapHeader(int count) => WriteHead(5, (ulong)count);

    /// <summary>Writes the head of an array; as many values must follow.</summary>
    /// <param name="count">How many elements.</param>
    public void WriteArrayHeader(int count) => WriteHead(4, (ulong)count);

    /// <summary>Writes a string.</summary>
    /// <param name="utf8">Valid UTF-8.</param>
    public void WriteText(ReadOnlySpan<byte> utf8)
    {
        WriteHead(3, (ulong)utf8.Length);
        WriteRaw(utf8);
    }

    /// <summary>Writes a string.</summary>
    /// <param name="text">Any text without lone surrogates.</param>
    public void WriteText(string text)
    {
        var length = System.Text.Encoding.UTF8.GetByteCount(text);
        WriteHead(3, (ulong)length);
        System.Text.Encoding.UTF8.GetBytes(text, Reserve(length));
    }

    /// <summary>Writes a byte string.</summary>
    /// <param name="bytes">Its content.</param>
    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        WriteHead(2, (ulong)bytes.Length);
        WriteRaw(bytes);
    }

    /// <summary>Writes the head of a byte string; as many bytes must follow.</summary>
    /// <param name="length">How many bytes.</param>
    public void WriteBytesHeader(int length) => WriteHead(2, (ulong)length);

    /// <summary>Writes an integer.</summary>
    /// <param name="value">Any value.</param>
    public void WriteInt64(long value)
    {
        if (value >= 0)
        {
            WriteHead(0, (ulong)value);
        }
        else
        {
            WriteHead(1, (ulong)(-1 - value));
        }
    }

    /// <summary>Writes true or false.</summary>
    /// <param name="value">Which.</param>
    public void WriteBoolean(bool value) => Reserve(1)[0] = value ? (byte)0xf5 : (byte)0xf4;

    /// <summary>Writes null.</summary>
    public void WriteNull() => Reserve(1)[0] = 0xf6;

    /// <summary>Writes a link.</summary>
    /// <param name="cid">Not <c>default</c>.</param>
    public void WriteCid(Cid cid)
    {
        var span = Reserve(5 + Cid.Length);
        LinkHead.CopyTo(span);
        cid.WriteTo(span[5..]);
    }

    /// <summary>Writes a link to any CID.</summary>
    /// <param name="cid">The binary CID, without the leading zero of its encoding.</param>
    public void WriteLinkBytes(ReadOnlySpan<byte> cid)
    {
        LinkHead[..2].CopyTo(Reserve(2));
        WriteHead(2, (ulong)cid.Length + 1);
        var span = Reserve(1 + cid.Length);
        span[0] = 0;
        cid.CopyTo(span[1..]);
    }

    /// <summary>Writes bytes that are encoded already.</summary>
    /// <param name="encoded">Whole values, or parts of them.</param>
    public void WriteRaw(ReadOnlySpan<byte> encoded) => encoded.CopyTo(Reserve(encoded.Length));

    /// <summary>Takes back what was written since a position, to be written again in another way.</summary>
    /// <param name="start">A former <see cref="Length"/>.</param>
    internal CutBytes Cut(int start)
    {
        var length = _length - start;
        var bytes = ArrayPool<byte>.Shared.Rent(length);
        _buffer.AsSpan(start, length).CopyTo(bytes);
        _length = start;
        return new CutBytes(bytes, length);
    }

    /// <summary>Bytes in a pooled array, which goes back when they have been used.</summary>
    internal readonly ref struct CutBytes(byte[] bytes, int length) : IDisposable
    {
        public ReadOnlySpan<byte> Span => bytes.AsSpan(0, length);

        public void Dispose() => ArrayPool<byte>.Shared.Return(bytes);
    }

    /// <summary>Room for bytes that are encoded already.</summary>
    /// <param name="sizeHint">How many bytes at least.</param>
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <inheritdoc cref="GetSpan"/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_buffer.Length - _length < Math.Max(sizeHint, 1))
        {
            Grow(Math.Max(sizeHint, 1));
        }

        return _buffer.AsMemory(_length);
    }

    /// <summary>Takes over what has been put into <see cref="GetSpan"/>.</summary>
    /// <param name="count">How many bytes.</param>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _buffer.Length - _length);
        _length += count;
    }

    /// <summary>Gives the buffer back.</summary>
    public void Dispose()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            (_buffer, _length) = ([], 0);
        }
    }

    // Tag 42, a byte string of 37 bytes, and the zero in front of every binary CID.
    private static ReadOnlySpan<byte> LinkHead => [0xd8, 0x2a, 0x58, 0x25, 0x00];

    private void WriteHead(int major, ulong argument)
    {
        var head = (byte)(major << 5);
        switch (argument)
        {
            case < 24:
                Reserve(1)[0] = (byte)(head | (byte)argument);
                break;
            case <= byte.MaxValue:
                var one = Reserve(2);
                (one[0], one[1]) = ((byte)(head | 24), (byte)argument);
                break;
            case <= ushort.MaxValue:
                var two = Reserve(3);
                two[0] = (byte)(head | 25);
                BinaryPrimitives.WriteUInt16BigEndian(two[1..], (ushort)argument);
                break;
            case <= uint.MaxValue:
                var four = Reserve(5);
                four[0] = (byte)(head | 26);
                BinaryPrimitives.WriteUInt32BigEndian(four[1..], (uint)argument);
                break;
            default:
                var eight = Reserve(9);
                eight[0] = (byte)(head | 27);
                BinaryPrimitives.WriteUInt64BigEndian(eight[1..], argument);
                break;
        }
    }

    private Span<byte> Reserve(int count)
    {
        if (_buffer.Length - _length < count)
        {
            Grow(count);
        }

        var span = _buffer.AsSpan(_length, count);
        _length += count;
        return span;
    }

    private void Grow(int count)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, checked(_length + count)));
        WrittenSpan.CopyTo(larger);
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = larger;
    }
}
