using System.IO.Pipelines;
using System.Net.WebSockets;
using AtProto.Stream;
using Microsoft.Extensions.DependencyInjection;
using Pds.Modules.Repo.Firehose;
using Pds.Tests.Support;
using Pds.Xrpc;

namespace Pds.Tests.Repo;

/// <summary>A subscriber to which no byte is on its way that it has not asked for: the server waits until it reads.</summary>
internal sealed class SlowConsumer : IAsyncDisposable
{
    private readonly WebSocket _server;
    private readonly WebSocket _client;
    private readonly byte[] _buffer = new byte[FrameDecoder.MaxBytes];
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _serving;

    private SlowConsumer(SubscriberLoop loop, long? cursor, long newest)
    {
        var tight = new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1);
        var (down, up) = (new Pipe(tight), new Pipe());
        var connection = new GatheringStream(new Duplex(up.Reader.AsStream(), down.Writer.AsStream()));
        _server = WebSocket.CreateFromStream(connection, new WebSocketCreationOptions { IsServer = true });
        _client = WebSocket.CreateFromStream(
            new Duplex(down.Reader.AsStream(), up.Writer.AsStream()), new WebSocketCreationOptions { IsServer = false });
        _serving = loop.RunAsync(new Subscriber(_server, connection), cursor, newest, _stopping.Token);
    }

    public static async Task<SlowConsumer> ConnectAsync(PdsServer server, long? cursor)
    {
        var loop = server.Services.GetRequiredService<SubscriberLoop>();
        return new(loop, cursor, await loop.FindNewestAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Why the server closed.</summary>
    public string? CloseReason => _client.CloseStatusDescription;

    /// <summary>The next message; null when the server has closed.</summary>
    public async Task<StreamMessage?> ReadAsync()
    {
        for (var length = 0; ;)
        {
            var read = await _client.ReceiveAsync(_buffer.AsMemory(length), TestContext.Current.CancellationToken);
            if (read.MessageType == WebSocketMessageType.Close)
            {
                await _client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, TestContext.Current.CancellationToken);
                return null;
            }

            length += read.Count;
            if (read.EndOfMessage)
            {
                return FrameDecoder.Decode(_buffer.AsSpan(0, length));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _client.Abort();
        await _stopping.CancelAsync();
        _server.Abort();
        await Task.WhenAny(_serving);
        _client.Dispose();
        _server.Dispose();
        _stopping.Dispose();
    }

    private sealed class Duplex(Stream read, Stream write) : Stream
    {
        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            read.ReadAsync(buffer, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            write.WriteAsync(buffer, cancellationToken);

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            read.Dispose();
            write.Dispose();
            base.Dispose(disposing);
        }
    }
}
