using System.Text.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Pds.Xrpc;

namespace Pds.Web.Endpoints;

/// <summary>What the server says of itself.</summary>
internal static class ServiceEndpoints
{
    private static readonly string[] DidContext = ["https://www.w3.org/ns/did/v1"];
    private static readonly TimeSpan HealthTimeout = TimeSpan.FromSeconds(3);

    public static void MapService(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/xrpc/_health", HealthAsync).DisableRateLimiting();
        routes.MapGet("/robots.txt", () => Results.Text("# The public API may be crawled.\nUser-agent: *\nAllow: /\n"));
        routes.MapGet("/.well-known/did.json", (ServiceOptions service) => DidDocument(service));
    }

    private static async Task<IResult> HealthAsync(
        ServiceOptions service, HealthCheckService checks, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(HealthTimeout);
        return await IsWellAsync(checks, limited.Token)
            ? Results.Json(new { service.Version })
            : Results.Json(new { service.Version, error = "Service Unavailable" }, statusCode: 503);
    }

    private static async Task<bool> IsWellAsync(HealthCheckService checks, CancellationToken cancellationToken)
    {
        try
        {
            return (await checks.CheckHealthAsync(cancellationToken)).Status != HealthStatus.Unhealthy;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>The document of the server's own did:web. Nothing needs it; strict peers may look.</summary>
    private static IResult DidDocument(ServiceOptions service) => service.ServiceDid.Value != $"did:web:{service.Hostname}"
        ? Results.NotFound()
        : Results.Json(
            new Dictionary<string, object>
            {
                ["@context"] = DidContext,
                ["id"] = service.ServiceDid.Value,
                ["service"] = new[]
                {
                    new { id = "#atproto_pds", type = "AtprotoPersonalDataServer", serviceEndpoint = service.PublicUrl },
                },
            },
            JsonSerializerOptions.Web,
            "application/did+ld+json");
}
