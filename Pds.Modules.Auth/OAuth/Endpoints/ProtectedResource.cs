using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Xrpc;

namespace Pds.Modules.Auth.OAuth.Endpoints;

/// <summary>Tells a client which server authorizes it for this one (RFC 9728): the same.</summary>
internal static class ProtectedResource
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/.well-known/oauth-protected-resource", (ServiceOptions service) => Answer(service.PublicUrl));

    internal sealed record Output(
        string Resource,
        string[] AuthorizationServers,
        string[] BearerMethodsSupported,
        string[] ScopesSupported,
        string ResourceDocumentation);

    // Clients want the content type without parameters.
    private static IResult Answer(string origin) => Results.Json(
        new Output(origin, [origin], ["header"], [], "https://atproto.com"),
        AuthJson.SnakeCase.ProtectedResourceOutput,
        contentType: "application/json");
}
