using System.Buffers;

namespace Pds.Xrpc;

/// <summary>
/// The connection under a WebSocket, which writes and flushes each message by itself. While more are known to follow, they are
/// gathered here and go out together: a call of the system costs more than a message. One writer at a time, as a WebSocket does.
/// </summary>
public sealed class GatheringStream(Stream inner) : Stream
{
    private const int MaxGathered = 64 * 1024;

    private byte[]? _gathered;
    private int _count;

    /// <summary>Whether what is written now may wait for what comes next. Whoever sets it writes once more after it was reset.</summary>
    public bool IsMoreToCome { get; set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_count + buffer.Length <= MaxGathered && (IsMoreToCome || _count > 0))
        {
            _gathered ??= ArrayPool<byte>.Shared.Rent(MaxGathered);
            buffer.CopyTo(_gathered.AsMemory(_count));
            _count += buffer.Length;
            return ValueTask.CompletedTask;
        }

        return _count > 0 ? SendBothAsync(buffer, cancellationToken) : inner.WriteAsync(buffer, cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) =>
        IsMoreToCome ? Task.CompletedTask
        : _count > 0 ? SendGatheredAsync(cancellationToken).AsTask()
        : inner.FlushAsync(cancellationToken);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        inner.ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask SendBothAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        await SendGatheredAsync(cancellationToken);
        await WriteAsync(buffer, cancellationToken);
    }

    // The buffer of a connection that breaks is left to the collector: somebody may still be reading it.
    private async ValueTask SendGatheredAsync(CancellationToken cancellationToken)
    {
        await inner.WriteAsync(_gathered.AsMemory(0, _count), cancellationToken);
        _count = 0;
        if (!IsMoreToCome && _gathered is { } gathered)
        {
            _gathered = null;
            ArrayPool<byte>.Shared.Return(gathered);
        }
    }
}
