using System.Buffers;
using System.Globalization;
using System.Text.Json;
using AtProto;
using AtProto.Identity;
using AtProto.Plc;

namespace Pds.DevPlc;

/// <summary>The directory's HTTP interface.</summary>
internal static class DevPlcEndpoints
{
    private const int MaxExport = 1000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/_health", () => Json(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("version", typeof(DevPlcEndpoints).Assembly.GetName().Version?.ToString(3));
            writer.WriteEndObject();
        }));
        routes.MapGet("/export", Export);
        routes.MapGet("/{did}", (string did, DevDirectory directory) =>
            WithData(directory, did, (owner, data) =>
                Results.Bytes(DidDocument.FromPlc(owner, data).ToJson(), "application/did+ld+json; charset=utf-8")));
        routes.MapGet("/{did}/data", (string did, DevDirectory directory) =>
            WithData(directory, did, (owner, data) => Json(writer => data.WriteTo(owner, writer))));
        routes.MapGet("/{did}/log", (string did, DevDirectory directory) =>
            WithLog(directory, did, log => Json(writer =>
                WriteList(writer, log.Entries.Where(entry => !entry.Nullified), entry => entry.Operation.WriteTo(writer)))));
        routes.MapGet("/{did}/log/audit", (string did, DevDirectory directory) =>
            WithLog(directory, did, log => Json(writer => WriteList(writer, log.Entries, entry => entry.WriteTo(writer)))));
        routes.MapGet("/{did}/log/last", (string did, DevDirectory directory) =>
            WithLog(directory, did, log => Json(log.Last!.WriteTo)));
        routes.MapPost("/{did}", SubmitAsync);
    }

    private static async Task<IResult> SubmitAsync(
        string did, HttpRequest request, DevDirectory directory, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        try
        {
            await request.Body.CopyToAsync(body, cancellationToken);
        }
        catch (BadHttpRequestException fault)
        {
            return Refuse(fault.StatusCode, "request entity too large");
        }

        if (!Did.TryParse(did, out var owner)
            || !PlcOperation.TryParse(body.GetBuffer().AsSpan(0, (int)body.Length), out var operation)
            || operation.Signature is null)
        {
            return Refuse(StatusCodes.Status400BadRequest, "Not a valid operation");
        }

        try
        {
            await directory.AppendAsync(owner, operation, cancellationToken);
            return Results.Text("OK");
        }
        catch (PlcException fault)
        {
            return Refuse(StatusCodes.Status400BadRequest, fault.Message);
        }
    }

    /// <summary>Operations as JSON lines: after a number with their numbers, after a time with their nullification.</summary>
    private static IResult Export(DevDirectory directory, string? count = null, string? after = null)
    {
        var limit = MaxExport;
        if (count is not null && (!int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit < 1))
        {
            return Refuse(StatusCodes.Status400BadRequest, "Invalid count parameter");
        }

        var isNumbered = int.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var seq);
        DateTimeOffset? afterTime = null;
        if (!isNumbered && after is not null)
        {
            if (!DateTimeOffset.TryParse(after, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            {
                return Refuse(StatusCodes.Status400BadRequest, "Invalid after parameter");
            }

            afterTime = time;
        }

        var lines = new ArrayBufferWriter<byte>();
        foreach (var (number, entry) in directory.Export(Math.Min(limit, MaxExport), seq, afterTime))
        {
            if (lines.WrittenCount > 0)
            {
                lines.Write("\n"u8);
            }

            using var writer = new Utf8JsonWriter(lines);
            entry.WriteTo(writer, isNumbered ? number : null);
        }

        return Results.Bytes(lines.WrittenMemory, "application/jsonlines");
    }

    private static IResult WithLog(DevDirectory directory, string did, Func<PlcLog, IResult> answer) =>
        Did.TryParse(did, out var owner) && directory.Find(owner) is { } log
            ? answer(log)
            : Refuse(StatusCodes.Status404NotFound, $"DID not registered: {did}");

    private static IResult WithData(DevDirectory directory, string did, Func<Did, PlcData, IResult> answer) =>
        WithLog(directory, did, log => log.Last?.Data is { } data
            ? answer(log.Did, data)
            : Refuse(StatusCodes.Status404NotFound, $"DID not available: {did}"));

    private static JsonBytes Refuse(int status, string message) => Json(
        writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("message", message);
            writer.WriteEndObject();
        },
        status);

    private static JsonBytes Json(Action<Utf8JsonWriter> write, int status = StatusCodes.Status200OK)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            write(writer);
        }

        return new JsonBytes(buffer.WrittenMemory, status);
    }

    private static void WriteList(Utf8JsonWriter writer, IEnumerable<PlcLogEntry> entries, Action<PlcLogEntry> write)
    {
        writer.WriteStartArray();
        foreach (var entry in entries)
        {
            write(entry);
        }

        writer.WriteEndArray();
    }

    private sealed class JsonBytes(ReadOnlyMemory<byte> json, int status) : IResult
    {
        public async Task ExecuteAsync(HttpContext context)
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json; charset=utf-8";
            context.Response.ContentLength = json.Length;
            await context.Response.Body.WriteAsync(json, context.RequestAborted);
        }
    }
}
