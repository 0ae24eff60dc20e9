using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Pds.Xrpc;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>A refusal as an answer: <c>{error, error_description}</c>.</summary>
internal static class OAuthError
{
    public static async Task WriteAsync(HttpContext context, int status, string error, string description)
    {
        XrpcTelemetry.CountRefusal(error, status);
        var body = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("error"u8, error);
            json.WriteString("error_description"u8, description);
            json.WriteEndObject();
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.WrittenCount;
        await context.Response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted);
    }
}
