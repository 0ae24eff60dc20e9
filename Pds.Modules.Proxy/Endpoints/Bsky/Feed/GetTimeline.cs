using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Proxy.Forwarding;
using Pds.Modules.Proxy.ReadAfterWrite;
using Pds.Xrpc;

namespace Pds.Modules.Proxy.Endpoints.Bsky.Feed;

/// <summary>Shows the posts of those that one follows, with one's own just written.</summary>
internal static class GetTimeline
{
    private const string Method = "app.bsky.feed.getTimeline";

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
        await forwarder.SendAsync(context, caller, Method, upstream, overlays.Timeline);
    }
}
