using Microsoft.AspNetCore.Http;

namespace Pds.Modules.Auth.OAuth.Endpoints;

/// <summary>A document of which clients want exactly <c>application/json</c>, without parameters.</summary>
internal static class MetadataDocument
{
    public static Task SendAsync(HttpContext context, byte[] document)
    {
        var response = context.Response;
        response.ContentType = "application/json";
        response.ContentLength = document.Length;
        response.Headers.CacheControl = "max-age=300";
        return response.Body.WriteAsync(document, context.RequestAborted).AsTask();
    }
}
