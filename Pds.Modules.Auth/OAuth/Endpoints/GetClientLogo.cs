using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Pds.Modules.Auth.OAuth.Clients;

namespace Pds.Modules.Auth.OAuth.Endpoints;

/// <summary>Gives the logo of an app to the pages that show it, as a picture and nothing else.</summary>
internal static class GetClientLogo
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet(ClientLogos.Path, HandleAsync);

    private static async Task<IResult> HandleAsync(
        string? client_id, HttpResponse response, ClientLogos logos, CancellationToken cancellationToken)
    {
        if (client_id is null || await logos.FindAsync(client_id, cancellationToken) is not { } logo)
        {
            response.Headers.CacheControl = "no-store";
            return Results.NotFound();
        }

        // Foreign bytes: never to be taken for a page, not even when opened on their own.
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";

        // Its path changes with the address it comes from.
        response.Headers.CacheControl = "private, max-age=86400, immutable";
        return Results.Bytes(logo.Image, logo.MediaType, entityTag: new EntityTagHeaderValue($"\"{logo.Hash}\""));
    }
}
