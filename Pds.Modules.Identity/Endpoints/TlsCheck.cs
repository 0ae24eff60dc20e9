using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Identity.Handles;
using Pds.Modules.Identity.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Identity.Endpoints;

/// <summary>
/// Tells a proxy that gets certificates on demand for which names it may: this server's own, and the handles of its accounts.
/// Answers as the distribution of the reference server does.
/// </summary>
internal static class TlsCheck
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/tls-check", HandleAsync);

    private static async Task<IResult> HandleAsync(
        string? domain, ServiceOptions service, IdentityStore identities, HandleDomains domains, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(domain))
        {
            return Refuse(StatusCodes.Status400BadRequest, "InvalidRequest", "bad or missing domain query param");
        }

        if (string.Equals(domain, service.Hostname, StringComparison.OrdinalIgnoreCase))
        {
            return Results.Json(new { success = true });
        }

        if (!Handle.TryParse(domain, out var handle) || !domains.Covers(handle))
        {
            return Refuse(StatusCodes.Status400BadRequest, "InvalidRequest", "handles are not provided on this domain");
        }

        return await identities.FindResolvableAsync(handle, cancellationToken) is null
            ? Refuse(StatusCodes.Status404NotFound, "NotFound", "handle not found for this domain")
            : Results.Json(new { success = true });
    }

    private static IResult Refuse(int status, string error, string message) => Results.Json(new { error, message }, statusCode: status);
}
