using System.Globalization;
using Garnet;

namespace Pds.LocalServices;

/// <summary>A cache that speaks the Redis protocol, inside this process, on loopback. It keeps nothing on disk.</summary>
public sealed class GarnetCache : IDisposable
{
    private readonly GarnetServer _server;

    private GarnetCache(GarnetServer server, int port) => (_server, Port) = (server, port);

    /// <summary>The TCP port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>How to reach it.</summary>
    public string ConnectionString => $"127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Starts it on a free port.</summary>
    public static GarnetCache Start() => Start(LoopbackPort.Free());

    /// <summary>Starts it on this port, as one that comes back after it went away.</summary>
    public static GarnetCache Start(int port)
    {
        var server = new GarnetServer(
        [
            "--bind", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture),
            "--memory", "64m", "--page", "4m", "--index", "8m", "--lua", "--logger-level", "Warning", "-q",
        ]);
        server.Start();
        return new GarnetCache(server, port);
    }

    public void Dispose() => _server.Dispose();
}
