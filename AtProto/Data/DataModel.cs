using System.Text.Json;
using AtProto.Cbor;

namespace AtProto.Data;

/// <summary>
/// The two forms of a value: JSON, as clients send and read it, and canonical DAG-CBOR, as it is stored, signed and named.
/// Source: atproto specification, "Data Model".
/// </summary>
public static class DataModel
{
    /// <summary>The longest JSON that is read, in bytes: 2 MiB.</summary>
    public const int MaxJsonLength = 2 << 20;

    /// <summary>The largest integer, and by its sign the smallest: 2^53 − 1.</summary>
    public const long MaxInteger = (1L << 53) - 1;

    /// <summary>
    /// Converts JSON to canonical DAG-CBOR. <c>$link</c> and <c>$bytes</c> objects that are well-formed become links and
    /// bytes, others stay maps; of a key given twice the last counts; a number without a fraction is an integer however it
    /// is written.
    /// </summary>
    /// <param name="json">One value in UTF-8, at most <see cref="MaxJsonLength"/> bytes.</param>
    /// <param name="limits">What it may cost; the protocol's ceilings when null.</param>
    /// <exception cref="DataException">It is no value of the data model.</exception>
    public static byte[] FromJson(ReadOnlySpan<byte> json, CborLimits? limits = null)
    {
        using var writer = new CborWriter(Math.Min(json.Length + 64, MaxJsonLength));
        FromJson(json, writer, limits);
        return writer.ToArray();
    }

    /// <summary>Converts JSON to canonical DAG-CBOR, behind what a writer has written.</summary>
    /// <param name="json">One value in UTF-8, at most <see cref="MaxJsonLength"/> bytes.</param>
    /// <param name="writer">Where the value goes.</param>
    /// <param name="limits">What it may cost; the protocol's ceilings when null.</param>
    /// <exception cref="DataException">It is no value of the data model.</exception>
    public static void FromJson(ReadOnlySpan<byte> json, CborWriter writer, CborLimits? limits = null)
    {
        if (json.Length > MaxJsonLength)
        {
            throw new DataException($"JSON of more than {MaxJsonLength} bytes");
        }

        var converter = new JsonToCbor(json, writer, limits ?? CborLimits.Default);
        try
        {
            converter.Convert();
        }
        catch (JsonException exception)
        {
            throw new DataException($"Malformed JSON: {exception.Message}");
        }
    }

    /// <summary>Writes a value as JSON, straight from its bytes.</summary>
    /// <param name="cbor">One DAG-CBOR value.</param>
    /// <param name="json">Where it goes.</param>
    /// <exception cref="CborException">The bytes are not such a value; part of it may have been written.</exception>
    public static void WriteJson(ReadOnlySpan<byte> cbor, Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        var reader = new CborReader(cbor);
        CborToJson.Write(ref reader, json, CborLimits.Default.MaxDepth);
        if (!reader.IsAtEnd)
        {
            throw reader.Fail("no more bytes");
        }
    }
}
