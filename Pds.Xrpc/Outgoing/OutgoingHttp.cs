using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Pds.Xrpc.Outgoing;

/// <summary>
/// The clients for requests to other servers. All bound the size of an answer, decoded, by
/// <c>PDS_FETCH_MAX_RESPONSE_SIZE</c>; the caller brings the time limit as a cancellation.
/// </summary>
public sealed class OutgoingHttp : IDisposable
{
    private const int MaxRedirects = 5;

    public OutgoingHttp(ServiceOptions service) : this(service, static _ => { })
    {
    }

    /// <summary>For tests, which lead every name to a server of theirs.</summary>
    internal OutgoingHttp(ServiceOptions service, Action<SocketsHttpHandler> configure)
    {
        Configured = Create(service, guarded: false, redirects: false, configure);
        Foreign = Create(service, guarded: !service.AllowPrivateAddresses, redirects: false, configure);
        ForeignFollowing = Create(service, guarded: !service.AllowPrivateAddresses, redirects: true, configure);
    }

    /// <summary>For addresses that the operator configured.</summary>
    public HttpClient Configured { get; }

    /// <summary>For addresses that come from outside: reaches public addresses only, follows no redirect.</summary>
    public HttpClient Foreign { get; }

    /// <summary>Like <see cref="Foreign"/>, following a few redirects, never from https to http.</summary>
    public HttpClient ForeignFollowing { get; }

    public void Dispose()
    {
        Configured.Dispose();
        Foreign.Dispose();
        ForeignFollowing.Dispose();
    }

    /// <summary>Makes the handler that the guarded clients use, for a client with limits of its own.</summary>
    public static SocketsHttpHandler CreateGuardedHandler() => new()
    {
        ConnectCallback = ConnectToPublicAsync,

        // What this server's traces are called is nobody else's business.
        ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        MaxConnectionsPerServer = 64,
        MaxResponseHeadersLength = 32,
    };

    private static HttpClient Create(
        ServiceOptions service, bool guarded, bool redirects, Action<SocketsHttpHandler> configure)
    {
        var handler = CreateGuardedHandler();
        handler.AutomaticDecompression = DecompressionMethods.All;
        handler.AllowAutoRedirect = redirects;
        handler.MaxAutomaticRedirections = MaxRedirects;
        if (!guarded)
        {
            handler.ConnectCallback = null;
        }

        configure(handler);
        var client = new HttpClient(new TimedRequests(handler), disposeHandler: true)
        {
            MaxResponseContentBufferSize = service.FetchMaxResponseSize,
            Timeout = TimeSpan.FromSeconds(30),
        };
        client.DefaultRequestHeaders.UserAgent.ParseAdd($"Pds/{typeof(OutgoingHttp).Assembly.GetName().Version!.ToString(3)}");
        return client;
    }

    // The address is judged where the connection is made, so that a name cannot resolve to one thing when it is checked and
    // to another when it is used.
    private static async ValueTask<Stream> ConnectToPublicAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint;
        var addresses = IPAddress.TryParse(host.Host.Trim('[', ']'), out var literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(host.Host, cancellationToken);

        var allowed = Array.FindAll(addresses, PublicAddress.IsPublic);
        if (allowed.Length == 0)
        {
            throw new HttpRequestException($"{host.Host} has no public address");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, host.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
