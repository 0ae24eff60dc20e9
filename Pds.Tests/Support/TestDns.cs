using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pds.Tests.Support;

/// <summary>A name server on UDP that knows TXT records, each text in one chunk or several.</summary>
internal sealed class TestDns : IAsyncDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _serving;

    public TestDns()
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _serving = ServeAsync();
    }

    public string Address => _socket.LocalEndPoint!.ToString()!;

    /// <summary>The records by name; each is a list of chunks.</summary>
    public ConcurrentDictionary<string, string[][]> Texts { get; } = new(StringComparer.OrdinalIgnoreCase);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _serving;
        _socket.Dispose();
        _stopping.Dispose();
    }

    private async Task ServeAsync()
    {
        var buffer = new byte[512];
        try
        {
            while (true)
            {
                var query = await _socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _stopping.Token);
                var reply = Answer(buffer.AsSpan(0, query.ReceivedBytes));
                await _socket.SendToAsync(reply, query.RemoteEndPoint, _stopping.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private byte[] Answer(ReadOnlySpan<byte> query)
    {
        var (name, questionEnd) = ReadName(query, 12);
        questionEnd += 4;
        var records = Texts.GetValueOrDefault(name);

        var reply = new List<byte>();
        reply.AddRange(query[..questionEnd]);
        reply[2] = 0x84;
        reply[3] = (byte)(records is null ? 3 : 0);
        (reply[6], reply[7]) = (0, (byte)(records?.Length ?? 0));
        (reply[8], reply[9], reply[10], reply[11]) = (0, 0, 0, 0);
        foreach (var chunks in records ?? [])
        {
            byte[] data = [.. chunks.SelectMany(chunk => (byte[])[(byte)chunk.Length, .. Encoding.ASCII.GetBytes(chunk)])];
            var length = new byte[2];
            BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)data.Length);
            reply.AddRange([0xC0, 12, 0, 16, 0, 1, 0, 0, 0, 60, .. length, .. data]);
        }

        return [.. reply];
    }

    private static (string Name, int End) ReadName(ReadOnlySpan<byte> message, int start)
    {
        var labels = new List<string>();
        while (message[start] != 0)
        {
            labels.Add(Encoding.ASCII.GetString(message.Slice(start + 1, message[start])));
            start += message[start] + 1;
        }

        return (string.Join('.', labels), start + 1);
    }
}
