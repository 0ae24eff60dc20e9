using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Pds.Xrpc;

/// <summary>Decodes a body that came with <c>Content-Encoding</c>; the method's limit counts what comes out.</summary>
internal static class RequestDecoding
{
    // More layers than one make no sense; a bound keeps a hostile list from making streams without end.
    private const int MaxLayers = 3;

    public static void Apply(HttpRequest request, long? limit)
    {
        var encodings = request.Headers.ContentEncoding.ToString()
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (encodings.Length > MaxLayers)
        {
            throw XrpcErrors.UnsupportedMediaType("too many content encodings");
        }

        var body = request.Body;
        for (var i = encodings.Length - 1; i >= 0; i--)
        {
            body = Decoder(encodings[i], body);
        }

        if (ReferenceEquals(body, request.Body))
        {
            return;
        }

        request.HttpContext.Response.RegisterForDisposeAsync(body);
        request.Body = new BoundedBody(body, limit);
        request.ContentLength = null;
        request.Headers.Remove(HeaderNames.ContentEncoding);
    }

    private static Stream Decoder(string encoding, Stream body) => encoding.ToLowerInvariant() switch
    {
        "identity" => body,
        "gzip" or "x-gzip" => new GZipStream(body, CompressionMode.Decompress, leaveOpen: true),
        "br" => new BrotliStream(body, CompressionMode.Decompress, leaveOpen: true),
        "deflate" => new ZLibStream(body, CompressionMode.Decompress, leaveOpen: true),
        _ => throw XrpcErrors.UnsupportedMediaType($"unsupported content-encoding: {encoding}"),
    };
}
