using AtProto;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using Pds.Xrpc;
using Yarp.ReverseProxy.Forwarder;

namespace Pds.Modules.Proxy.Forwarding;

/// <summary>Sends a caller's request on to a service, with the account's own signature, and the answer back as it comes.</summary>
internal sealed partial class Forwarder(
    IHttpForwarder http,
    UpstreamHttp connections,
    Upstreams upstreams,
    TokenCache tokens,
    ProxyOptions options,
    TimeProvider time,
    ILogger<Forwarder> logger)
{
    private readonly ForwarderRequestConfig _config = new()
    {
        ActivityTimeout = options.BodyTimeout,
        Version = options.AllowHttp2 ? System.Net.HttpVersion.Version20 : System.Net.HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        AllowResponseBuffering = false,
    };

    /// <summary>Sends the request to the service that it is for, if the caller may have that done.</summary>
    public async Task ForwardAsync(HttpContext context, Caller caller, string method)
    {
        CheckMethod(caller, method);
        var upstream = await upstreams.ChooseAsync(context, method);
        caller.RequireRpcScope(method, upstream.Audience);
        await SendAsync(context, caller, method, upstream);
    }

    /// <summary>Refuses what no one, or not this caller, may have done through this server.</summary>
    public static void CheckMethod(Caller caller, string method)
    {
        if (ServiceMethods.IsProtected(method)
            || (caller.Kind == AccessKind.AppPassword && ServiceMethods.IsPrivileged(method)))
        {
            throw XrpcErrors.InvalidToken("Bad token method");
        }
    }

    /// <summary>Sends the request. The caller has been looked at.</summary>
    /// <param name="overlay">May replace the answer.</param>
    /// <param name="token">Whom the token is made out to and what it is good for, where that is not this service and method.</param>
    public async Task SendAsync(
        HttpContext context, Caller caller, string method, Upstream upstream,
        AnswerOverlay? overlay = null, (Did Audience, string Method)? token = null)
    {
        var started = time.GetTimestamp();
        var (audience, permitted) = token ?? (upstream.Did, method);
        var authorization = await tokens.GetAsync(context, caller.Did, audience, permitted);
        var exchange = new UpstreamExchange(upstream, method, authorization, options, overlay);

        // Else a client could have a tunnel dug.
        context.Features.Set<IHttpUpgradeFeature>(null);
        context.Response.Headers.CacheControl = "private";
        context.Response.Headers.Vary = HeaderNames.Authorization;

        var error = await http.SendAsync(
            context,
            upstream.Origin,
            upstream.IsConfigured ? connections.Configured : connections.Foreign,
            _config,
            exchange,
            context.RequestAborted);

        var outcome = error != ForwarderError.None ? "failure" : exchange.Refusal is null ? "success" : "refusal";
        ProxyTelemetry.Duration.Record(
            time.GetElapsedTime(started).TotalSeconds,
            new("upstream", upstream.IsConfigured ? upstream.Audience : "foreign"),
            new("outcome", outcome));

        if (error != ForwarderError.None)
        {
            Fail(context, upstream, error);
        }
        else if (exchange.Refusal is { } refusal)
        {
            throw refusal;
        }
    }

    private void Fail(HttpContext context, Upstream upstream, ForwarderError error)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        var failure = context.GetForwarderErrorFeature()?.Exception;
        Log.Failed(logger, upstream.Audience, error, failure?.Message);
        if (!context.Response.HasStarted)
        {
            throw failure as XrpcException ?? XrpcErrors.UpstreamFailure("Upstream service unreachable");
        }

        context.Abort();
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Upstream} did not answer: {Error} {Reason}")]
        public static partial void Failed(ILogger logger, string upstream, ForwarderError error, string? reason);
    }
}
