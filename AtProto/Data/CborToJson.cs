using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using AtProto.Cbor;

namespace AtProto.Data;

/// <summary>Writes DAG-CBOR as JSON without making values of it.</summary>
internal static class CborToJson
{
    public static void Write(ref CborReader reader, Utf8JsonWriter json, int depth)
    {
        switch (reader.PeekKind())
        {
            case CborKind.Integer:
                json.WriteNumberValue(reader.ReadInt64());
                break;
            case CborKind.Bytes:
                WriteBytes(reader.ReadBytes(), json);
                break;
            case CborKind.Text:
                json.WriteStringValue(reader.ReadTextSpan());
                break;
            case CborKind.Link:
                WriteLink(reader.ReadLinkBytes(), json);
                break;
            case CborKind.Boolean:
                json.WriteBooleanValue(reader.ReadBoolean());
                break;
            case CborKind.Null:
                reader.ReadNull();
                json.WriteNullValue();
                break;
            case CborKind.Array:
                WriteArray(ref reader, json, depth);
                break;
            default:
                WriteMap(ref reader, json, depth);
                break;
        }
    }

    private static void WriteArray(ref CborReader reader, Utf8JsonWriter json, int depth)
    {
        var count = Enter(ref reader, reader.ReadArrayHeader(), depth);
        json.WriteStartArray();
        for (var i = 0; i < count; i++)
        {
            Write(ref reader, json, depth - 1);
        }

        json.WriteEndArray();
    }

    private static void WriteMap(ref CborReader reader, Utf8JsonWriter json, int depth)
    {
        var count = Enter(ref reader, reader.ReadMapHeader(), depth);
        json.WriteStartObject();
        for (var i = 0; i < count; i++)
        {
            json.WritePropertyName(reader.ReadTextSpan());
            Write(ref reader, json, depth - 1);
        }

        json.WriteEndObject();
    }

    private static int Enter(ref CborReader reader, int count, int depth) =>
        depth > 0 ? count : throw reader.Fail("no deeper nesting");

    private static void WriteLink(ReadOnlySpan<byte> cid, Utf8JsonWriter json)
    {
        Span<char> text = stackalloc char[CidSyntax.MaxTextLength];
        var length = CidSyntax.Encode(cid, text);
        json.WriteStartObject();
        json.WriteString("$link"u8, text[..length]);
        json.WriteEndObject();
    }

    // Without padding, unlike what the JSON writer would print.
    private static void WriteBytes(ReadOnlySpan<byte> bytes, Utf8JsonWriter json)
    {
        var text = ArrayPool<byte>.Shared.Rent(Base64.GetMaxEncodedToUtf8Length(bytes.Length));
        try
        {
            Base64.EncodeToUtf8(bytes, text, out _, out var length);
            json.WriteStartObject();
            json.WriteString("$bytes"u8, text.AsSpan(0, length).TrimEnd((byte)'='));
            json.WriteEndObject();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(text);
        }
    }
}
