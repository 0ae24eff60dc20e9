using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Xrpc;

namespace Pds.Modules.Proxy.Forwarding;

/// <summary>
/// Answers every method that this server does not serve itself. What is wrong with the request as such is said to anyone;
/// that no service is configured for the method, to those who may call it.
/// </summary>
internal static class ForeignMethod
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/xrpc/{nsid:nsid}", [HttpMethods.Get, HttpMethods.Head, HttpMethods.Post], Refuse)
            .RequireAuthorization(Access.Account)
            .WithoutServerBodyLimit()
            .WithDisplayName("foreign method");
        routes.Map("/xrpc/{nsid:nsid}", WrongMethod).WithDisplayName("foreign method by another verb");
        routes.Map("/xrpc/{**path}", NotAMethod).WithDisplayName("not a method");
    }

    private static Task Refuse(HttpContext context) =>
        throw XrpcErrors.InvalidRequest($"No service configured for {context.Request.RouteValues["nsid"]}");

    private static Task WrongMethod(HttpContext context) =>
        throw XrpcErrors.InvalidRequest("XRPC requests only supports GET and POST");

    private static Task NotAMethod(HttpContext context) => throw XrpcErrors.InvalidRequest("invalid xrpc path");
}
