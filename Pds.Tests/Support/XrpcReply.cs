using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Pds.Tests.Support;

/// <summary>An answer as a test looks at it.</summary>
public sealed class XrpcReply
{
    private const int LargestAnswerOfTokens = 16 << 10;

    private readonly Lazy<JsonElement?> _json;

    private XrpcReply(int status, byte[] body, HttpResponseMessage message)
    {
        Status = status;
        Body = body;
        Headers = message.Headers;
        ContentHeaders = message.Content.Headers;
        _json = new Lazy<JsonElement?>(() => TryParse(body));
    }

    public int Status { get; }

    public byte[] Body { get; }

    public HttpResponseHeaders Headers { get; }

    public HttpContentHeaders ContentHeaders { get; }

    /// <summary>The JSON body; fails the test when it is none.</summary>
    public JsonElement Json => _json.Value ?? throw new InvalidOperationException($"Not JSON: {this}");

    /// <summary>The error's name; null when the answer carries none.</summary>
    public string? Error => Member("error");

    /// <summary>The error's message; null when the answer carries none.</summary>
    public string? Message => Member("message");

    /// <summary>Itself when the status is 200, otherwise the test fails and shows the answer.</summary>
    public XrpcReply Ok() => Status == 200 ? this : throw new InvalidOperationException($"Expected 200: {this}");

    /// <summary>A header's value, joined with commas; null when absent.</summary>
    public string? Header(string name) =>
        Headers.TryGetValues(name, out var values) || ContentHeaders.TryGetValues(name, out values)
            ? string.Join(",", values)
            : null;

    public override string ToString() => $"{Status} {Encoding.UTF8.GetString(Body.AsSpan(0, Math.Min(Body.Length, 2000)))}";

    internal static async Task<XrpcReply> ReadAsync(HttpResponseMessage message, CancellationToken cancellationToken)
    {
        var body = await message.Content.ReadAsByteArrayAsync(cancellationToken);
        if (message.Headers.TryGetValues("Set-Cookie", out var cookies))
        {
            KnownSecrets.NoteHeader("Set-Cookie", cookies);
        }

        if (body.Length < LargestAnswerOfTokens)
        {
            KnownSecrets.NoteBody(message.Content.Headers.ContentType?.MediaType, Encoding.UTF8.GetString(body));
        }

        return new((int)message.StatusCode, body, message);
    }

    private string? Member(string name) =>
        _json.Value is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static JsonElement? TryParse(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
