using System.Net;
using System.Net.Sockets;

namespace Pds.LocalServices;

/// <summary>TCP ports on 127.0.0.1.</summary>
public static class LoopbackPort
{
    /// <summary>A port that nobody listens on now.</summary>
    public static int Free()
    {
        using var socket = Bind(0);
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
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
