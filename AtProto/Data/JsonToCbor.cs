using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using System.Text.Unicode;
using AtProto.Cbor;

namespace AtProto.Data;

/// <summary>
/// Reads JSON once, writing each value as it comes. Only an object has to be gone over again, at its end: its entries, which
/// lie encoded behind one another, are put into canonical order and behind their count.
/// </summary>
internal ref struct JsonToCbor
{
    private static ReadOnlySpan<byte> Base64Alphabet => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8;

    private readonly CborWriter _writer;
    private readonly CborLimits _limits;
    private readonly List<Entry> _entries;
    private readonly ReadOnlySpan<byte> _source;
    private Utf8JsonReader _json;

    public JsonToCbor(ReadOnlySpan<byte> json, CborWriter writer, CborLimits limits)
    {
        _json = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = limits.MaxDepth });
        _source = json;
        _writer = writer;
        _limits = limits;
        _entries = [];
    }

    // Where an entry lies in the writer: its key's text, then its value, to the end.
    private readonly record struct Entry(int Start, int KeyStart, int ValueStart, int End);

    public void Convert()
    {
        _json.Read();
        WriteValue();
        _json.Read();
    }

    private void WriteValue()
    {
        switch (_json.TokenType)
        {
            case JsonTokenType.StartObject:
                WriteObject();
                break;
            case JsonTokenType.StartArray:
                WriteArray();
                break;
            case JsonTokenType.String:
                WriteText();
                break;
            case JsonTokenType.Number:
                _writer.WriteInt64(ReadInteger());
                break;
            case JsonTokenType.True or JsonTokenType.False:
                _writer.WriteBoolean(_json.GetBoolean());
                break;
            default:
                _writer.WriteNull();
                break;
        }
    }

    private void WriteArray()
    {
        var start = _writer.Length;
        var count = 0;
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            CheckCount(++count);
            WriteValue();
        }

        using var content = _writer.Cut(start);
        _writer.WriteArrayHeader(count);
        _writer.WriteRaw(content.Span);
    }

    private void WriteObject()
    {
        var start = _writer.Length;
        var first = _entries.Count;
        while (_json.Read() && _json.TokenType != JsonTokenType.EndObject)
        {
            CheckCount(_entries.Count - first + 1);
            var entryStart = _writer.Length;
            var keyLength = WriteText();
            var valueStart = _writer.Length;
            if (keyLength > _limits.MaxKeyLength)
            {
                throw Fail($"a key of more than {_limits.MaxKeyLength} bytes");
            }

            _json.Read();
            WriteValue();
            _entries.Add(new Entry(entryStart - start, valueStart - keyLength - start, valueStart - start, _writer.Length - start));
        }

        using (var content = _writer.Cut(start))
        {
            var entries = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_entries)[first..];
            if (entries.Length != 1 || !TryWriteSpecial(content.Span, entries[0]))
            {
                WriteEntries(content.Span, entries);
            }
        }

        _entries.RemoveRange(first, _entries.Count - first);
    }

    private readonly void WriteEntries(ReadOnlySpan<byte> content, Span<Entry> entries)
    {
        var kept = SortAndDropRepeated(content, entries);
        _writer.WriteMapHeader(kept.Length);
        foreach (var entry in kept)
        {
            _writer.WriteRaw(content[entry.Start..entry.End]);
        }
    }

    private static Span<Entry> SortAndDropRepeated(ReadOnlySpan<byte> content, Span<Entry> entries)
    {
        // Insertion keeps what is in order already, which most clients send nearly so; larger maps are sorted.
        if (entries.Length > 24)
        {
            return SortMany(content, entries);
        }

        var count = 0;
        for (var i = 0; i < entries.Length; i++)
        {
            var entry = entries[i];
            var at = count;
            var order = 1;
            while (at > 0 && (order = CborKey.Compare(Key(content, entries[at - 1]), Key(content, entry))) > 0)
            {
                at--;
            }

            if (at > 0 && order == 0)
            {
                entries[at - 1] = entry;
                continue;
            }

            entries[at..count].CopyTo(entries[(at + 1)..]);
            entries[at] = entry;
            count++;
        }

        return entries[..count];
    }

    private static Span<Entry> SortMany(ReadOnlySpan<byte> content, Span<Entry> entries)
    {
        var bytes = content.ToArray();
        entries.Sort((left, right) => CborKey.Compare(Key(bytes, left), Key(bytes, right)) is var order and not 0
            ? order
            : left.Start - right.Start);

        var count = 0;
        for (var i = 0; i < entries.Length; i++)
        {
            if (count > 0 && Key(bytes, entries[count - 1]).SequenceEqual(Key(bytes, entries[i])))
            {
                entries[count - 1] = entries[i];
            }
            else
            {
                entries[count++] = entries[i];
            }
        }

        return entries[..count];
    }

    private static ReadOnlySpan<byte> Key(ReadOnlySpan<byte> content, Entry entry) => content[entry.KeyStart..entry.ValueStart];

    // An object whose only key is $link or $bytes, with a value that is well-formed.
    private readonly bool TryWriteSpecial(ReadOnlySpan<byte> content, Entry entry)
    {
        var key = Key(content, entry);
        var isLink = key.SequenceEqual("$link"u8);
        if (!isLink && !key.SequenceEqual("$bytes"u8))
        {
            return false;
        }

        var value = new CborReader(content[entry.ValueStart..entry.End]);
        return value.PeekKind() == CborKind.Text
            && (isLink ? TryWriteLink(value.ReadTextSpan()) : TryWriteBytes(value.ReadTextSpan()));
    }

    private readonly bool TryWriteLink(ReadOnlySpan<byte> text)
    {
        Span<char> characters = stackalloc char[256];
        Span<byte> cid = stackalloc byte[CidSyntax.MaxLength];
        if (text.Length > characters.Length
            || System.Text.Ascii.ToUtf16(text, characters, out var length) != OperationStatus.Done
            || !CidSyntax.TryDecode(characters[..length], cid, out var written))
        {
            return false;
        }

        _writer.WriteLinkBytes(cid[..written]);
        return true;
    }

    private readonly bool TryWriteBytes(ReadOnlySpan<byte> text)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(text.Length + 4);
        try
        {
            // To the ordinary alphabet with padding, which both alphabets and both habits can be brought to.
            var length = text.TrimEnd((byte)'=').Length;
            text[..length].CopyTo(buffer);
            var padded = buffer.AsSpan(0, (length + 3) / 4 * 4);
            padded[..length].Replace((byte)'-', (byte)'+');
            padded[..length].Replace((byte)'_', (byte)'/');
            padded[length..].Fill((byte)'=');
            ClearSpareBits(padded[..length]);
            if (Base64.DecodeFromUtf8InPlace(padded, out var written) != OperationStatus.Done)
            {
                return false;
            }

            _writer.WriteBytes(padded[..written]);
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // The last character may hold bits beyond the last byte. Published vectors set them; the framework's decoder refuses them.
    private static void ClearSpareBits(Span<byte> text)
    {
        var spare = (text.Length % 4) switch { 2 => 0b1111, 3 => 0b11, _ => 0 };
        var digit = text.IsEmpty ? -1 : Base64Alphabet.IndexOf(text[^1]);
        if (digit >= 0)
        {
            text[^1] = Base64Alphabet[digit & ~spare];
        }
    }

    // Returns the text's length in bytes.
    private int WriteText()
    {
        if (!_json.ValueIsEscaped)
        {
            if (!Utf8.IsValid(_json.ValueSpan))
            {
                throw Fail("text that is not UTF-8");
            }

            _writer.WriteText(_json.ValueSpan);
            return _json.ValueSpan.Length;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(_json.ValueSpan.Length);
        try
        {
            var length = _json.CopyString(buffer);
            _writer.WriteText(buffer.AsSpan(0, length));
            return length;
        }
        catch (InvalidOperationException)
        {
            throw Fail("an escape that is half of a character");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private long ReadInteger()
    {
        if (!_json.TryGetInt64(out var integer))
        {
            // 1.0, 1e3 and -0.0 are integers too.
            if (!_json.TryGetDouble(out var number) || Math.Abs(number) > DataModel.MaxInteger || Math.Truncate(number) != number)
            {
                throw Fail("a number that is not an integer of 53 bits");
            }

            return (long)number;
        }

        return integer is >= -DataModel.MaxInteger and <= DataModel.MaxInteger
            ? integer
            : throw Fail("a number that is not an integer of 53 bits");
    }

    private readonly void CheckCount(int count)
    {
        if (count > _limits.MaxItems)
        {
            throw Fail($"more than {_limits.MaxItems} elements");
        }
    }

    private readonly DataException Fail(string what) => new(
        $"Data{JsonPlace.Of(_source, _json.TokenStartIndex, _limits.MaxDepth)} has {what}, at byte {_json.TokenStartIndex} of the JSON");
}
