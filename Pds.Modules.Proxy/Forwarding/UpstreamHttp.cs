using Pds.Xrpc;
using Pds.Xrpc.Outgoing;

namespace Pds.Modules.Proxy.Forwarding;

/// <summary>The pooled connections to services: one pool for those that the operator chose, one that reaches public addresses only.</summary>
internal sealed class UpstreamHttp : IDisposable
{
    private const int MostConnections = 1024;

    public UpstreamHttp(ServiceOptions service, ProxyOptions options) : this(service, options, static _ => { })
    {
    }

    /// <summary>For tests, whose services have certificates of their own.</summary>
    internal UpstreamHttp(ServiceOptions service, ProxyOptions options, Action<SocketsHttpHandler> configure)
    {
        Configured = Create(options, isGuarded: false, configure);
        Foreign = Create(options, isGuarded: !service.AllowPrivateAddresses, configure);
    }

    public HttpMessageInvoker Configured { get; }

    public HttpMessageInvoker Foreign { get; }

    public void Dispose()
    {
        Configured.Dispose();
        Foreign.Dispose();
    }

    private static HttpMessageInvoker Create(ProxyOptions options, bool isGuarded, Action<SocketsHttpHandler> configure)
    {
        var handler = OutgoingHttp.CreateGuardedHandler();
        handler.EnableMultipleHttp2Connections = true;
        handler.PooledConnectionIdleTimeout = TimeSpan.FromSeconds(90);

        if (!isGuarded)
        {
            handler.ConnectCallback = null;
            handler.MaxConnectionsPerServer = MostConnections;
        }

        configure(handler);
        HttpMessageHandler sender = options.MaxRetries > 0 ? new Retries(options.MaxRetries, handler) : handler;
        return new HttpMessageInvoker(new HeaderLimit(options.HeadersTimeout, sender), disposeHandler: true);
    }

    /// <summary>Bounds the wait for an answer to begin. Where a body is sent first, the limit of bodies holds.</summary>
    private sealed class HeaderLimit(TimeSpan limit, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Content is not null)
            {
                return await base.SendAsync(request, cancellationToken);
            }

            using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limited.CancelAfter(limit);
            return await base.SendAsync(request, limited.Token);
        }
    }

    /// <summary>Asks again where a connection broke and nothing but a question was sent, within the same limit of time.</summary>
    private sealed class Retries(int most, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            for (var left = request.Content is null ? most : 0; ; left--)
            {
                try
                {
                    return await base.SendAsync(request, cancellationToken);
                }
                catch (HttpRequestException) when (left > 0)
                {
                }
            }
        }
    }
}
