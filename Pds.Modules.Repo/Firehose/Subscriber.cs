using System.Buffers;
using System.Net.WebSockets;
using AtProto.Stream;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Firehose;

/// <summary>One consumer's socket. Each frame is a message; what it sends is read and dropped, so that pongs and the close arrive.</summary>
/// <param name="connection">What lies under the socket.</param>
internal sealed class Subscriber(WebSocket socket, GatheringStream connection, string address = "", string userAgent = "")
{
    private static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(5);

    private long _position;

    /// <summary>The consumer's network address.</summary>
    public string Address { get; } = address;

    /// <summary>What the consumer calls itself.</summary>
    public string UserAgent { get; } = userAgent;

    /// <summary>The number of the last event that its connection has taken.</summary>
    public long Position
    {
        get => Volatile.Read(ref _position);
        set => Volatile.Write(ref _position, value);
    }

    /// <summary>Sends one message; returns when the consumer's connection has taken it, or may wait for the next.</summary>
    /// <param name="isMoreToCome">Whether another follows at once: they go out together.</param>
    public ValueTask SendAsync(ReadOnlyMemory<byte> frame, bool isMoreToCome)
    {
        connection.IsMoreToCome = isMoreToCome;

        // A token would have to be registered for each message.
        return socket.SendAsync(
            frame, WebSocketMessageType.Binary, WebSocketMessageFlags.EndOfMessage, CancellationToken.None);
    }

    /// <summary>Gives up a message that is on its way, and the connection with it.</summary>
    public void Abort() => socket.Abort();

    /// <summary>Sends an error frame and closes under the error's name (policy violation, 1008).</summary>
    public async Task RefuseAsync(string error, string message)
    {
        using var limit = new CancellationTokenSource(CloseTime);
        await SendAsync(EventFrame.Error(error, message), isMoreToCome: false).AsTask().WaitAsync(limit.Token);
        await socket.CloseOutputAsync(WebSocketCloseStatus.PolicyViolation, error, limit.Token);
    }

    /// <summary>Says that the server is going away.</summary>
    public async Task LeaveAsync()
    {
        if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
        {
            using var limit = new CancellationTokenSource(CloseTime);
            connection.IsMoreToCome = false;
            await socket.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, "going away", limit.Token);
        }
    }

    /// <summary>Reads until the consumer closes or its connection breaks.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(512);
        try
        {
            while ((await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken)).MessageType != WebSocketMessageType.Close)
            {
                // Nothing is defined for this direction.
            }
        }
        catch (WebSocketException)
        {
            // The connection broke: the same to us as a close.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
