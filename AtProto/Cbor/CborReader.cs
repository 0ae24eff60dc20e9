using System.Buffers.Binary;
using System.Text.Unicode;

namespace AtProto.Cbor;

/// <summary>
/// Reads canonical DAG-CBOR in order, without allocating: shortest lengths and integers only, no floats, no tag but 42, no
/// indefinite lengths, valid UTF-8. Order and uniqueness of map keys are the affair of <see cref="CborValidator"/> or of a
/// caller that expects certain keys. Nothing is trusted: a length is checked against the bytes that are left before it
/// is used. Source: atproto specification, "Data Model"; RFC 8949.
/// </summary>
public ref struct CborReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private int _at;

    /// <summary>Reads from the first of these bytes.</summary>
    /// <param name="bytes">One value, or several behind one another.</param>
    public CborReader(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes;
        _at = 0;
    }

    /// <summary>How many bytes have been read.</summary>
    public readonly int Position => _at;

    /// <summary>Whether all bytes have been read.</summary>
    public readonly bool IsAtEnd => _at == _bytes.Length;

    /// <summary>The kind of the next value.</summary>
    /// <exception cref="CborException">There is none, or it is none of the data model.</exception>
    public readonly CborKind PeekKind()
    {
        var head = PeekByte();
        return (head >> 5) switch
        {
            0 or 1 => CborKind.Integer,
            2 => CborKind.Bytes,
            3 => CborKind.Text,
            4 => CborKind.Array,
            5 => CborKind.Map,
            6 => CborKind.Link,
            _ => head switch
            {
                0xf4 or 0xf5 => CborKind.Boolean,
                0xf6 => CborKind.Null,
                _ => throw Fail("no float, undefined or other simple value"),
            },
        };
    }

    /// <summary>Reads the head of a map.</summary>
    /// <returns>How many entries follow, each a text key and a value; never more than the bytes that are left can hold.</returns>
    /// <exception cref="CborException">The next value is no map.</exception>
    public int ReadMapHeader() => ReadCount(5, 2, "a map");

    /// <summary>Reads the head of an array.</summary>
    /// <returns>How many elements follow; never more than the bytes that are left can hold.</returns>
    /// <exception cref="CborException">The next value is no array.</exception>
    public int ReadArrayHeader() => ReadCount(4, 1, "an array");

    /// <summary>Reads a string.</summary>
    /// <returns>Its UTF-8, a part of the input.</returns>
    /// <exception cref="CborException">The next value is no string, or not UTF-8.</exception>
    public ReadOnlySpan<byte> ReadTextSpan()
    {
        var text = ReadString(3, "a string");
        return Utf8.IsValid(text) ? text : throw Fail("valid UTF-8");
    }

    /// <summary>Reads a string.</summary>
    /// <exception cref="CborException">The next value is no string, or not UTF-8.</exception>
    public string ReadText() => System.Text.Encoding.UTF8.GetString(ReadTextSpan());

    /// <summary>Reads a byte string.</summary>
    /// <returns>A part of the input.</returns>
    /// <exception cref="CborException">The next value is no byte string.</exception>
    public ReadOnlySpan<byte> ReadBytes() => ReadString(2, "bytes");

    /// <summary>Reads an integer.</summary>
    /// <exception cref="CborException">The next value is no integer, or beyond 64 bits.</exception>
    public long ReadInt64()
    {
        var start = _at;
        var head = PeekByte();
        if (head >> 5 > 1)
        {
            throw Fail("an integer");
        }

        var argument = ReadArgument();
        if (argument > long.MaxValue)
        {
            _at = start;
            throw Fail("an integer of 64 bits");
        }

        return head >> 5 == 0 ? (long)argument : -1 - (long)argument;
    }

    /// <summary>Reads true or false.</summary>
    /// <exception cref="CborException">The next value is neither.</exception>
    public bool ReadBoolean()
    {
        var value = PeekByte() switch
        {
            0xf4 => false,
            0xf5 => true,
            _ => throw Fail("a boolean"),
        };
        _at++;
        return value;
    }

    /// <summary>Reads null.</summary>
    /// <exception cref="CborException">The next value is not null.</exception>
    public void ReadNull()
    {
        if (!TryReadNull())
        {
            throw Fail("null");
        }
    }

    /// <summary>Reads null where it is next.</summary>
    /// <returns>False, and nothing read, when another value is next.</returns>
    public bool TryReadNull()
    {
        if (PeekByte() != 0xf6)
        {
            return false;
        }

        _at++;
        return true;
    }

    /// <summary>Reads a link of the kind that this server writes.</summary>
    /// <exception cref="CborException">The next value is no link, or a CID of another kind.</exception>
    public Cid ReadCid()
    {
        var start = _at;
        if (Cid.TryRead(ReadLinkBytes(), out var cid))
        {
            return cid;
        }

        _at = start;
        throw Fail("a CID of version 1, dag-cbor or raw, SHA-256");
    }

    /// <summary>Reads a link to any CID.</summary>
    /// <returns>The binary CID, without the leading zero of its encoding; a part of the input.</returns>
    /// <exception cref="CborException">The next value is no link.</exception>
    public ReadOnlySpan<byte> ReadLinkBytes()
    {
        var start = _at;
        if (_bytes.Length - _at > 2 && _bytes[_at] == 0xd8 && _bytes[_at + 1] == 42)
        {
            _at += 2;
            var content = ReadString(2, "the bytes of a link");
            if (content.Length > 1 && content[0] == 0 && CidSyntax.IsBinary(content[1..]))
            {
                return content[1..];
            }
        }

        _at = start;
        throw Fail("a link");
    }

    /// <summary>Reads over one value, whatever it is.</summary>
    /// <param name="maxDepth">How deep it may nest.</param>
    /// <returns>The value's bytes, a part of the input.</returns>
    /// <exception cref="CborException">It is no value, or nests deeper.</exception>
    public ReadOnlySpan<byte> Skip(int maxDepth = 32)
    {
        var start = _at;
        SkipValue(maxDepth);
        return _bytes[start.._at];
    }

    /// <summary>Says what was expected at the current byte.</summary>
    /// <param name="expected">What should have been there.</param>
    public readonly CborException Fail(string expected) => new($"Expected {expected} at byte {_at}");

    private void SkipValue(int depth)
    {
        switch (PeekKind())
        {
            case CborKind.Integer:
                ReadInt64();
                break;
            case CborKind.Bytes:
                ReadBytes();
                break;
            case CborKind.Text:
                ReadTextSpan();
                break;
            case CborKind.Link:
                ReadLinkBytes();
                break;
            case CborKind.Array:
                SkipItems(ReadArrayHeader(), depth, hasKeys: false);
                break;
            case CborKind.Map:
                SkipItems(ReadMapHeader(), depth, hasKeys: true);
                break;
            default:
                _at++;
                break;
        }
    }

    private void SkipItems(int count, int depth, bool hasKeys)
    {
        if (depth == 0)
        {
            throw Fail("no deeper nesting");
        }

        for (var i = 0; i < count; i++)
        {
            if (hasKeys)
            {
                ReadTextSpan();
            }

            SkipValue(depth - 1);
        }
    }

    private int ReadCount(int major, int bytesPerItem, string expected)
    {
        var start = _at;
        if (PeekByte() >> 5 != major)
        {
            throw Fail(expected);
        }

        var count = ReadArgument();
        if (count > (ulong)((_bytes.Length - _at) / bytesPerItem))
        {
            _at = start;
            throw Fail($"{expected} that is not longer than the input");
        }

        return (int)count;
    }

    private ReadOnlySpan<byte> ReadString(int major, string expected)
    {
        var start = _at;
        if (PeekByte() >> 5 != major)
        {
            throw Fail(expected);
        }

        var length = ReadArgument();
        if (length > (ulong)(_bytes.Length - _at))
        {
            _at = start;
            throw Fail($"{expected} that is not longer than the input");
        }

        var content = _bytes.Slice(_at, (int)length);
        _at += (int)length;
        return content;
    }

    // The head's five low bits, or the one, two, four or eight bytes that follow it; the shortest form or none.
    private ulong ReadArgument()
    {
        var low = _bytes[_at] & 31;
        if (low < 24)
        {
            _at++;
            return (ulong)low;
        }

        var size = low switch { 24 => 1, 25 => 2, 26 => 4, 27 => 8, _ => throw Fail("a definite length") };
        if (_bytes.Length - _at - 1 < size)
        {
            throw Fail("more bytes");
        }

        var rest = _bytes[(_at + 1)..];
        var (argument, least) = size switch
        {
            1 => (rest[0], 24UL),
            2 => (BinaryPrimitives.ReadUInt16BigEndian(rest), byte.MaxValue + 1UL),
            4 => (BinaryPrimitives.ReadUInt32BigEndian(rest), ushort.MaxValue + 1UL),
            _ => (BinaryPrimitives.ReadUInt64BigEndian(rest), uint.MaxValue + 1UL),
        };
        if (argument < least)
        {
            throw Fail("the shortest form of a number");
        }

        _at += 1 + size;
        return argument;
    }

    private readonly byte PeekByte() => _at < _bytes.Length ? _bytes[_at] : throw Fail("more bytes");
}
