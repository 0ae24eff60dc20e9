using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Proxy.Forwarding;
using Pds.Xrpc;

namespace Pds.Modules.Proxy.Endpoints.Moderation;

/// <summary>Passes a report on to whoever judges it. A taken-down account may appeal in this way.</summary>
internal static class CreateReport
{
    private const string Method = "com.atproto.moderation.createReport";

    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure(Method, HandleAsync)
        .CountAs(LoadClass.Transfer)
        .AcceptsBody("application/json")
        .RequireAuthorization(Access.AccountOrTakendown)
        .TellsRpcScope(Method);

    private static async Task HandleAsync(HttpContext context, Caller caller, Upstreams upstreams, Forwarder forwarder)
    {
        var upstream = await upstreams.ChooseAsync(context, Method);
        caller.RequireRpcScope(Method, upstream.Audience);
        await forwarder.SendAsync(context, caller, Method, upstream);
    }
}
