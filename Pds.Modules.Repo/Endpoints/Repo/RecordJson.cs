using System.Text.Encodings.Web;
using System.Text.Json;
using AtProto;
using AtProto.Data;
using Microsoft.AspNetCore.Http;
using Pds.Modules.Repo.Storage;

namespace Pds.Modules.Repo.Endpoints.Repo;

/// <summary>An answer that is written from blocks to the response, without a document in between.</summary>
internal sealed class RecordJson(Action<Utf8JsonWriter> write) : IResult
{
    // Blocks are well formed by construction, and the answer goes to a JSON client, not into a page.
    private static readonly JsonWriterOptions WriterOptions =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "application/json; charset=utf-8";
        await using (var writer = new Utf8JsonWriter(response.BodyWriter, WriterOptions))
        {
            write(writer);
        }

        await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
    }

    /// <summary>Writes <c>{uri, cid, value}</c>.</summary>
    public static void Write(Utf8JsonWriter writer, Did did, Nsid collection, StoredRecord record)
    {
        writer.WriteStartObject();
        writer.WriteString("uri"u8, $"at://{did.Value}/{collection.Value}/{record.Rkey}");
        writer.WriteString("cid"u8, record.Cid.ToString());
        writer.WritePropertyName("value"u8);
        DataModel.WriteJson(record.Value, writer);
        writer.WriteEndObject();
    }
}
