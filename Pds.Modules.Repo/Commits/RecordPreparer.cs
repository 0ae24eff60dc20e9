using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using AtProto;
using AtProto.Cbor;
using AtProto.Data;
using AtProto.Lexicons;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Commits;

/// <summary>Turns a record as it came in into the block that is stored, or refuses it.</summary>
internal sealed class RecordPreparer(LexiconCatalog lexicons)
{
    /// <summary>The largest block of a record.</summary>
    public const int MaxRecordBytes = 1_000_000;

    /// <param name="validate">
    /// True: there must be a schema, and the record must obey it. Null: it must obey it if there is one. False: it need not.
    /// </param>
    /// <param name="schemas">From <see cref="NetworkSchemas"/>; null for those that ship with this server.</param>
    public PreparedWrite Prepare(
        WriteAction action, Nsid collection, RecordKey rkey, JsonElement record, bool? validate, SwapRecord? swap = null,
        LexiconCatalog? schemas = null)
    {
        var value = Encode(collection, record);
        var status = Validate(schemas ?? lexicons, collection, rkey, value, validate);
        var blobs = BlobReferences.Find(value);
        foreach (var blob in blobs)
        {
            if (blob.IsLegacy)
            {
                throw XrpcErrors.InvalidRequest($"Legacy blobs are not allowed ({blob.Cid})");
            }
        }

        return new PreparedWrite
        {
            Action = action,
            Collection = collection,
            Rkey = rkey,
            Value = value,
            Cid = Cid.Compute(CidCodec.DagCbor, value),
            ValidationStatus = status,
            Blobs = blobs,
            Link = RecordLink.Hash(collection, value),
            Swap = swap,
        };
    }

    private static byte[] Encode(Nsid collection, JsonElement record)
    {
        if (record.ValueKind != JsonValueKind.Object)
        {
            throw XrpcErrors.InvalidRequest("Error: Input/record must be an object");
        }

        var json = JsonMarshal.GetRawUtf8Value(record);
        using var writer = new CborWriter(Math.Min(json.Length + 64, DataModel.MaxJsonLength));
        try
        {
            DataModel.FromJson(json, writer);
        }
        catch (DataException exception)
        {
            throw XrpcErrors.InvalidRequest($"Invalid record: {exception.Message}");
        }

        var value = WithType(collection, writer.WrittenSpan);
        return value.Length <= MaxRecordBytes
            ? value
            : throw XrpcErrors.InvalidRequest($"Record is too large: {value.Length} bytes, at most {MaxRecordBytes}");
    }

    private static ValidationStatus? Validate(
        LexiconCatalog schemas, Nsid collection, RecordKey rkey, byte[] value, bool? validate)
    {
        if (validate == false)
        {
            return null;
        }

        var verdict = schemas.ValidateRecord(collection, rkey, value);
        if (verdict.IsValid && collection.Value == SchemaRecord.Collection)
        {
            SchemaRecord.Require(rkey, value);
        }

        return verdict.Outcome switch
        {
            LexiconOutcome.Valid => ValidationStatus.Valid,
            LexiconOutcome.Unknown when validate is null => ValidationStatus.Unknown,
            _ => throw XrpcErrors.InvalidRequest(verdict.Message!),
        };
    }

    /// <summary>A record says its collection in <c>$type</c>. One that says nothing is completed.</summary>
    private static byte[] WithType(Nsid collection, ReadOnlySpan<byte> value)
    {
        var reader = new CborReader(value);
        if (reader.PeekKind() != CborKind.Map)
        {
            // An object that is the JSON form of a link or of bytes.
            throw XrpcErrors.InvalidRequest("Error: Input/record must be an object");
        }

        var count = reader.ReadMapHeader();
        var insertAt = reader.Position;
        var entriesAt = reader.Position;
        for (var i = 0; i < count; i++)
        {
            var key = reader.ReadTextSpan();
            if (key.SequenceEqual("$type"u8))
            {
                RequireType(collection, ref reader);
                return value.ToArray();
            }

            reader.Skip();
            if (key.Length < 5 || (key.Length == 5 && key.SequenceCompareTo("$type"u8) < 0))
            {
                insertAt = reader.Position;
            }
        }

        using var writer = new CborWriter();
        writer.WriteMapHeader(count + 1);
        writer.WriteRaw(value[entriesAt..insertAt]);
        writer.WriteText("$type");
        writer.WriteText(collection.Value);
        writer.WriteRaw(value[insertAt..]);
        return writer.ToArray();
    }

    private static void RequireType(Nsid collection, ref CborReader reader)
    {
        var type = reader.PeekKind() == CborKind.Text ? Encoding.UTF8.GetString(reader.ReadTextSpan()) : null;
        if (type != collection.Value)
        {
            throw XrpcErrors.InvalidRequest($"Invalid $type: expected {collection}, got {type ?? "a value that is no string"}");
        }
    }
}
