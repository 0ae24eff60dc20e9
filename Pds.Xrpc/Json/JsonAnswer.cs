using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Pds.Xrpc;

/// <summary>
/// Sends a handler's value as JSON of known length. The framework's own writer does not know the length, so each small answer
/// would leave in two pieces.
/// </summary>
internal sealed class JsonAnswer(object value) : IResult
{
    // A buffer that one large answer made is not kept.
    private const int MostKept = 256 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _spareBuffer;

    /// <summary>Takes what a handler returned; results and text speak for themselves.</summary>
    public static async ValueTask<object?> Filter(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var value = await next(context);
        return value is null or IResult or string ? value : new JsonAnswer(value);
    }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var options = httpContext.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        var buffer = _spareBuffer ?? new ArrayBufferWriter<byte>(4096);
        _spareBuffer = null;

        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = options.Encoder, SkipValidation = true }))
        {
            JsonSerializer.Serialize(json, value, options.GetTypeInfo(value.GetType()));
        }

        var response = httpContext.Response;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = buffer.WrittenCount;
        await response.Body.WriteAsync(buffer.WrittenMemory, httpContext.RequestAborted);

        if (buffer.Capacity <= MostKept)
        {
            buffer.ResetWrittenCount();
            _spareBuffer = buffer;
        }
    }
}
