using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pds.Tests.Support;

/// <summary>A name server on UDP that knows TXT records, each text in one chunk or several, and addresses.</summary>
internal sealed class TestDns : IAsyncDisposable
{
    // RFC 1035, section 3.2.2.
    private const ushort Address4 = 1;
    private const ushort Text = 16;

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

    /// <summary>IPv4 addresses by name; one that begins with <c>*.</c> stands for all names below it that have none of their own.</summary>
    public ConcurrentDictionary<string, IPAddress> Addresses { get; } = new(StringComparer.OrdinalIgnoreCase);

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
        var type = BinaryPrimitives.ReadUInt16BigEndian(query[questionEnd..]);
        questionEnd += 4;
        var texts = Texts.GetValueOrDefault(name);
        var address = Addresses.GetValueOrDefault(name) ?? Addresses.GetValueOrDefault($"*.{name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..]}");
        byte[][] records = type switch
        {
            Text => [.. (texts ?? []).Select(chunks =>
                chunks.SelectMany(chunk => (byte[])[(byte)chunk.Length, .. Encoding.ASCII.GetBytes(chunk)]).ToArray())],
            Address4 when address is not null => [address.GetAddressBytes()],
            _ => [],
        };

        var reply = new List<byte>();
        reply.AddRange(query[..questionEnd]);
        reply[2] = 0x84;
        reply[3] = (byte)(texts is null && address is null ? 3 : 0);
        (reply[6], reply[7]) = (0, (byte)records.Length);
        (reply[8], reply[9], reply[10], reply[11]) = (0, 0, 0, 0);
        foreach (var data in records)
        {
            var length = new byte[2];
            BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)data.Length);
            reply.AddRange([0xC0, 12, 0, (byte)type, 0, 1, 0, 0, 0, 60, .. length, .. data]);
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
