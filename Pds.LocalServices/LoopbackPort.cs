using System.Net;
using System.Net.Sockets;

namespace Pds.LocalServices;

/// <summary>TCP ports on 127.0.0.1.</summary>
public static class LoopbackPort
{
    // Below those that systems give to outgoing connections, one of which could take the port before it is listened on.
    private const int First = 20_000;
    private const int Count = 12_000;

    // Processes that start one after another begin far from each other.
    private static int _next = Environment.ProcessId * 7919 % Count;

    /// <summary>A port that nobody listens on now. No two calls of one process get the same soon.</summary>
    public static int Free()
    {
        for (var i = 0; i < Count; i++)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref _next) % Count);
            if (IsFree(port))
            {
                return port;
            }
        }

        throw new IOException("There is no free port on 127.0.0.1.");
    }

    /// <summary>This port, or a free one where somebody listens on it.</summary>
    public static int Prefer(int port) => IsFree(port) ? port : Free();

    /// <summary>Whether nobody listens on the port now.</summary>
    public static bool IsFree(int port)
    {
        try
        {
            using var socket = Bind(port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static Socket Bind(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
