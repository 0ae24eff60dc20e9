using System.Net.WebSockets;
using AtProto.Stream;

namespace Pds.Tests.Support;

/// <summary>A consumer of <c>com.atproto.sync.subscribeRepos</c>.</summary>
internal sealed class StreamClient : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[FrameDecoder.MaxBytes];

    /// <summary>The name under which the server closed; null while it has not.</summary>
    public string? CloseReason => _socket.CloseStatusDescription;

    /// <summary>The code with which the server closed; null while it has not.</summary>
    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    /// <summary>Connects.</summary>
    public static async Task<StreamClient> ConnectAsync(Uri server, long? cursor = null)
    {
        var client = new StreamClient();
        var query = cursor is null ? "" : $"?cursor={cursor}";
        await client._socket.ConnectAsync(
            new Uri($"ws://{server.Authority}/xrpc/com.atproto.sync.subscribeRepos{query}"), TestContext.Current.CancellationToken);
        return client;
    }

    /// <summary>The next message; null when the server has closed.</summary>
    public async Task<StreamMessage?> ReadAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        var length = 0;
        while (true)
        {
            var read = await _socket.ReceiveAsync(_buffer.AsMemory(length), limit.Token);
            if (read.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            length += read.Count;
            if (read.EndOfMessage)
            {
                return FrameDecoder.Decode(_buffer.AsSpan(0, length));
            }
        }
    }

    /// <summary>Reads until there have been as many events of an account.</summary>
    public async Task<List<EventMessage>> ReadAsync(AtProto.Did did, int count)
    {
        var events = new List<EventMessage>();
        while (events.Count < count)
        {
            if (await ReadAsync() is EventMessage message && message.Did == did)
            {
                events.Add(message);
            }
        }

        return events;
    }

    public void Dispose() => _socket.Dispose();
}
