using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pds.Xrpc;

namespace Pds.Modules.Proxy.Forwarding;

/// <summary>
/// Passes on every method that this server does not serve itself. What is wrong with the request as such is said to anyone;
/// where it would go, to those who may call it.
/// </summary>
internal static class ForeignMethod
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var forwarder = routes.ServiceProvider.GetRequiredService<Forwarder>();
        routes.MapMethods(
                "/xrpc/{nsid:nsid}",
                [HttpMethods.Get, HttpMethods.Head, HttpMethods.Post],
                context => forwarder.ForwardAsync(context, Caller.Of(context)!, (string)context.Request.RouteValues["nsid"]!))
            .RequireAuthorization(Access.Account)
            .CountAs(LoadClass.Transfer)
            .WithoutServerBodyLimit()
            .WithDisplayName("foreign method");
        routes.Map("/xrpc/{nsid:nsid}", WrongMethod).WithDisplayName("foreign method by another verb");
        routes.Map("/xrpc/{**path}", NotAMethod).WithDisplayName("not a method");
    }

    private static Task WrongMethod(HttpContext context) =>
        throw XrpcErrors.InvalidRequest("XRPC requests only supports GET and POST");

    private static Task NotAMethod(HttpContext context) => throw XrpcErrors.InvalidRequest("invalid xrpc path");
}
