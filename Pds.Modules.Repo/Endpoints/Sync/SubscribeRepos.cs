using System.ComponentModel.DataAnnotations;
using AtProto.Data;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Repo.Firehose;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Endpoints.Sync;

/// <summary>Streams what happens to the repositories of this server: from a cursor on, then live.</summary>
internal static class SubscribeRepos
{
    private static readonly TimeSpan Ping = TimeSpan.FromSeconds(30);

    public static void Map(IEndpointRouteBuilder xrpc) =>
        xrpc.MapSubscription("com.atproto.sync.subscribeRepos", HandleAsync).DisableRateLimiting();

    private static async Task HandleAsync(
        HttpContext http, [Range(0, DataModel.MaxInteger)] long? cursor, SubscriberLoop loop, SubscriberCount count, Drain drain)
    {
        using var place = count.Take(http);

        // Who was told that it is connected misses nothing from then on.
        var newest = await loop.FindNewestAsync(http.RequestAborted);
        using var socket = await http.WebSockets.AcceptWebSocketAsync(
            new WebSocketAcceptContext { KeepAliveInterval = Ping, KeepAliveTimeout = Ping });
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, drain.Leaving);
        var subscriber = new Subscriber(
            socket,
            http.Features.GetRequiredFeature<GatheringStream>(),
            http.Connection.RemoteIpAddress?.ToString() ?? "",
            http.Request.Headers.UserAgent.ToString());
        await loop.RunAsync(subscriber, cursor, newest, end.Token);
    }
}
