using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Proxy.Forwarding;
using Pds.Xrpc;

namespace Pds.Modules.Proxy.Endpoints.Bsky.Feed;

/// <summary>Shows a feed. The AppView asks its generator, so it is the generator that the account's token is for.</summary>
internal static class GetFeed
{
    private const string Method = "app.bsky.feed.getFeed";
    private const string SkeletonMethod = "app.bsky.feed.getFeedSkeleton";

    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapQuery(Method, HandleAsync)
        .CountAs(LoadClass.Transfer)
        .RequireAuthorization(Access.Account)
        .TellsScope($"{NeededScopes.ToCall(Method)} and {NeededScopes.ToCall(SkeletonMethod)}");

    private static async Task HandleAsync(
        AtUri feed,
        HttpContext context,
        Caller caller,
        Upstreams upstreams,
        Forwarder forwarder,
        FeedGenerators generators,
        CancellationToken cancellationToken)
    {
        var upstream = await upstreams.ChooseAsync(context, Method);
        caller.RequireRpcScope(Method, upstream.Audience);
        caller.RequireRpcScope(SkeletonMethod, upstream.Audience);
        var generator = await generators.FindAsync(context, caller.Did, feed, cancellationToken)
            ?? throw XrpcErrors.BadRequest("UnknownFeed", "could not resolve feed did");
        await forwarder.SendAsync(context, caller, Method, upstream, token: (generator, SkeletonMethod));
    }
}
