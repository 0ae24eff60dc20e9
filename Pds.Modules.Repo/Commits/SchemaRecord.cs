using System.Buffers;
using System.Text.Json;
using AtProto;
using AtProto.Data;
using AtProto.Lexicons;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Commits;

/// <summary>A lexicon that is published as a record: the schema of such records says little, so the language itself is asked.</summary>
internal static class SchemaRecord
{
    public const string Collection = "com.atproto.lexicon.schema";

    /// <summary>Refuses a document that nobody could use, and says what is wrong where in it.</summary>
    public static void Require(RecordKey rkey, byte[] value)
    {
        var json = new ArrayBufferWriter<byte>(value.Length * 2);
        using (var writer = new Utf8JsonWriter(json))
        {
            DataModel.WriteJson(value, writer);
        }

        try
        {
            if (LexiconDocument.Parse(json.WrittenSpan).Id.Value != rkey.Value)
            {
                throw new LexiconException("/id", $"must be the record key, {rkey}");
            }
        }
        catch (LexiconException fault)
        {
            throw XrpcErrors.InvalidRequest($"Invalid {Collection} record: Record{fault.Location} {fault.Complaint}");
        }
    }
}
