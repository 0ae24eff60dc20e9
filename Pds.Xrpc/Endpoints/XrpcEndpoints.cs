using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace Pds.Xrpc;

/// <summary>
/// Maps methods by their NSID. Handlers are plain minimal API delegates: parameters come from the query string, one record
/// from the JSON body, <see cref="Caller"/> and services from their places; the return value is sent as JSON.
/// </summary>
public static class XrpcEndpoints
{
    /// <summary>The limit of a body where the method names none: 150 KiB.</summary>
    public const long DefaultBodyLimit = 150 * 1024;

    /// <summary>Maps a query: GET, without a body.</summary>
    public static RouteHandlerBuilder MapQuery(this IEndpointRouteBuilder xrpc, string nsid, Delegate handler)
    {
        MapWrongMethod(xrpc, nsid, HttpMethods.Get);
        return Map(xrpc, nsid, [HttpMethods.Get, HttpMethods.Head], handler).AddEndpointFilter(JsonAnswer.Filter);
    }

    /// <summary>Maps a procedure: POST, with a JSON body when the handler takes one.</summary>
    public static RouteHandlerBuilder MapProcedure(this IEndpointRouteBuilder xrpc, string nsid, Delegate handler)
    {
        MapWrongMethod(xrpc, nsid, HttpMethods.Post);
        return Map(xrpc, nsid, [HttpMethods.Post], handler).AddEndpointFilter(JsonAnswer.Filter);
    }

    /// <summary>Maps a subscription: the handler is called for WebSocket upgrades only, and accepts the socket itself.</summary>
    public static RouteHandlerBuilder MapSubscription(this IEndpointRouteBuilder xrpc, string nsid, Delegate handler)
    {
        MapWrongMethod(xrpc, nsid, HttpMethods.Get);
        return Map(xrpc, nsid, [HttpMethods.Get, HttpMethods.Connect], handler).WithMetadata(SubscriptionOnly.Instance);
    }

    /// <summary>Sets the most bytes that the body may have once decoded; null lets the handler count for itself.</summary>
    public static TBuilder WithBodyLimit<TBuilder>(this TBuilder builder, long? bytes)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new BodyLimit(bytes));

    /// <summary>Takes a body of these media types, which the handler reads from the request as a stream.</summary>
    /// <param name="contentTypes">Media types, or <c>*/*</c> for any.</param>
    public static TBuilder AcceptsBody<TBuilder>(this TBuilder builder, params string[] contentTypes)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new XrpcInput(contentTypes));

    /// <summary>
    /// Takes the server's own limit off a route. The server breaks the connection of a client that exceeds it, even when the
    /// request was refused for another reason, and the client may never read why: an upload with an expired token has to be
    /// answered, for the client to refresh it.
    /// </summary>
    public static TBuilder WithoutServerBodyLimit<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(NoServerLimit.Instance);

    private static RouteHandlerBuilder Map(IEndpointRouteBuilder xrpc, string nsid, string[] methods, Delegate handler)
    {
        var query = QueryRule.Of(handler.Method);
        var route = xrpc.MapMethods($"/xrpc/{nsid}", methods, handler).WithDisplayName(nsid).WithoutServerBodyLimit();
        route.Finally(endpoint =>
        {
            var input = endpoint.Metadata.OfType<XrpcInput>().LastOrDefault() ?? InferInput(endpoint.Metadata);
            var limit = endpoint.Metadata.OfType<BodyLimit>().LastOrDefault() ?? new BodyLimit(DefaultBodyLimit);
            endpoint.Metadata.Add(new XrpcMethod(nsid, input, limit.Bytes, query));
        });
        return route;
    }

    private static XrpcInput InferInput(IList<object> metadata)
    {
        // The framework notes a JSON body with metadata that would also make routing answer 415 for other content types,
        // where the protocol wants its own 400.
        var accepts = metadata.OfType<IAcceptsMetadata>().ToArray();
        foreach (var entry in accepts)
        {
            metadata.Remove(entry);
        }

        return accepts.Length > 0 ? XrpcInput.Json : XrpcInput.None;
    }

    private static void MapWrongMethod(IEndpointRouteBuilder xrpc, string nsid, string expected) => xrpc
        .Map($"/xrpc/{nsid}", context => throw XrpcErrors.InvalidRequest(
            $"Incorrect HTTP method ({context.Request.Method}) expected {expected}"))
        .WithDisplayName($"{nsid} by another method");
}

/// <summary>Marks a method that is answered on a WebSocket.</summary>
internal sealed class SubscriptionOnly
{
    public static SubscriptionOnly Instance { get; } = new();
}

/// <summary>Read by routing, before anything else can refuse the request.</summary>
internal sealed class NoServerLimit : IRequestSizeLimitMetadata
{
    public static NoServerLimit Instance { get; } = new();

    public long? MaxRequestBodySize => null;
}
