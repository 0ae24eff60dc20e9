using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Proxy.Forwarding;
using Pds.Modules.Proxy.ReadAfterWrite;
using Pds.Xrpc;

namespace Pds.Modules.Proxy.Endpoints.Bsky.Actor;

/// <summary>Shows a profile; one's own with what has just been changed.</summary>
internal static class GetProfile
{
    private const string Method = "app.bsky.actor.getProfile";

    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapQuery(Method, HandleAsync)
        .CountAs(LoadClass.Transfer)
        .RequireAuthorization(Access.Account)
        .TellsRpcScope(Method);

    private static async Task HandleAsync(
        HttpContext context, Caller caller, Upstreams upstreams, Forwarder forwarder, Overlays overlays)
    {
        var upstream = await upstreams.ChooseAsync(context, Method);
        caller.RequireRpcScope(Method, upstream.Audience);
        await forwarder.SendAsync(context, caller, Method, upstream, overlays.Profiles);
    }
}
