using System.Buffers;
using Microsoft.AspNetCore.Http;
using Pds.Xrpc;

namespace Pds.Modules.Proxy.Forwarding;

/// <summary>Reads a small body of a request, which can be sent on nevertheless.</summary>
internal static class RequestBody
{
    /// <summary>The body, decoded. What is left in its place can be read once more.</summary>
    public static async Task<byte[]> ReadAsync(HttpContext context)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        while (await context.Request.Body.ReadAsync(buffer.GetMemory(512), context.RequestAborted) is > 0 and var count)
        {
            buffer.Advance(count);
            if (buffer.WrittenCount > XrpcEndpoints.DefaultBodyLimit)
            {
                throw XrpcErrors.PayloadTooLarge();
            }
        }

        var body = buffer.WrittenSpan.ToArray();
        context.Request.Body = new MemoryStream(body, writable: false);
        context.Request.ContentLength = body.Length;
        return body;
    }
}
