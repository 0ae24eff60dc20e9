using System.Buffers;
using System.IO.Compression;
using System.Text.Json;
using Pds.Xrpc;

namespace Pds.Modules.Proxy.Forwarding;

/// <summary>Reads an answer's body into memory, decoded and bounded.</summary>
internal static class UpstreamBody
{
    /// <exception cref="XrpcException">It is too large.</exception>
    /// <exception cref="InvalidDataException">It is not encoded as it says.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(
        HttpResponseMessage answer, int limit, CancellationToken cancellationToken)
    {
        await using var raw = await answer.Content.ReadAsStreamAsync(cancellationToken);
        await using var body = Decode(raw, answer.Content.Headers.ContentEncoding);
        var length = answer.Content.Headers.ContentLength is > 0 and var known && known <= limit ? (int)known : 16 * 1024;
        var buffer = new ArrayBufferWriter<byte>(length + 1);
        while (await body.ReadAsync(buffer.GetMemory(1), cancellationToken) is > 0 and var count)
        {
            buffer.Advance(count);
            if (buffer.WrittenCount > limit)
            {
                throw XrpcErrors.UpstreamFailure("upstream response too large");
            }
        }

        return buffer.WrittenMemory;
    }

    /// <summary>The name and message of an error; null where there is none that can be read.</summary>
    public static async Task<(string? Error, string? Message)> ReadErrorAsync(
        HttpResponseMessage answer, int limit, CancellationToken cancellationToken)
    {
        if (answer.Content.Headers.ContentType?.MediaType is { } type && !type.EndsWith("json", StringComparison.OrdinalIgnoreCase))
        {
            return default;
        }

        try
        {
            using var json = JsonDocument.Parse(await ReadAsync(answer, limit, cancellationToken));
            return json.RootElement.ValueKind == JsonValueKind.Object
                ? (Text(json.RootElement, "error"), Text(json.RootElement, "message"))
                : default;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or InvalidDataException or IOException or XrpcException)
        {
            return default;
        }
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static Stream Decode(Stream body, ICollection<string> encodings)
    {
        foreach (var encoding in encodings.Reverse().Take(3))
        {
            body = encoding.ToLowerInvariant() switch
            {
                "identity" => body,
                "gzip" or "x-gzip" => new GZipStream(body, CompressionMode.Decompress),
                "br" => new BrotliStream(body, CompressionMode.Decompress),
                "deflate" => new ZLibStream(body, CompressionMode.Decompress),
                _ => throw new InvalidDataException($"{encoding} is not an encoding that was asked for."),
            };
        }

        return body;
    }
}
