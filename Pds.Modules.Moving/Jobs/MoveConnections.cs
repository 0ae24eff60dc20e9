using System.Net;
using Pds.Modules.Moving.Engine;
using Pds.Xrpc;
using Pds.Xrpc.Outgoing;

namespace Pds.Modules.Moving.Jobs;

/// <summary>How a move reaches the three servers it talks to: the old one guarded, this one at its own door, the directory.</summary>
internal sealed class MoveConnections : IDisposable
{
    private readonly HttpClient _foreign;
    private readonly HttpClient _own;
    private readonly OutgoingHttp _outgoing;
    private readonly OwnServer _self;
    private readonly ServiceOptions _service;
    private readonly MovingOptions _options;
    private readonly TimeProvider _time;

    public MoveConnections(OutgoingHttp outgoing, OwnServer self, ServiceOptions service, MovingOptions options, TimeProvider time)
    {
        (_outgoing, _self, _service, _options, _time) = (outgoing, self, service, options, time);

        // Whole repositories and blobs go through these: their limits are those of each call.
        _foreign = Create(isGuarded: !service.AllowPrivateAddresses);
        _own = Create(isGuarded: false);
        _own.DefaultRequestHeaders.Add(OwnServer.Header, self.Key);
    }

    /// <summary>This server, once it listens, as any client sees it.</summary>
    public async Task<ServerClient> OpenOwnAsync(CancellationToken cancellationToken) =>
        new(_own, await _self.GetAddressAsync(cancellationToken), _service.Hostname, _time);

    public ServerClient OpenForeign(Uri server) => new(_foreign, server, server.Authority, _time);

    public PlcDirectory OpenDirectory() =>
        new(_outgoing.Configured, _outgoing.Foreign, _options.PlcUrl, allowPlainHttp: _service.DevMode);

    public void Dispose()
    {
        _foreign.Dispose();
        _own.Dispose();
    }

    private static HttpClient Create(bool isGuarded)
    {
        var handler = OutgoingHttp.CreateGuardedHandler();
        handler.AutomaticDecompression = DecompressionMethods.All;
        if (!isGuarded)
        {
            handler.ConnectCallback = null;
        }

        var client = new HttpClient(handler, disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.ParseAdd($"Pds/{typeof(OutgoingHttp).Assembly.GetName().Version!.ToString(3)}");
        return client;
    }
}
