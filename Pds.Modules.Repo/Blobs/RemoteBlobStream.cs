namespace Pds.Modules.Repo.Blobs;

/// <summary>
/// A blob in a store over the network as a seekable stream: read in parts from wherever the reader is, so that a range in the
/// middle of a video fetches little more than itself.
/// </summary>
/// <param name="size">The blob's size in bytes.</param>
/// <param name="openPart">Opens the bytes from the first number up to, not including, the second.</param>
internal sealed class RemoteBlobStream(long size, Func<long, long, CancellationToken, Task<Stream>> openPart) : Stream
{
    // Most blobs are one part.
    private const long PartSize = 4 << 20;

    private Stream? _part;
    private long _partEnd;
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => size;

    public override long Position
    {
        get => _position;
        set => Seek(value, SeekOrigin.Begin);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_position < size && buffer.Length > 0)
        {
            if (_part is null)
            {
                _partEnd = Math.Min(size, _position + PartSize);
                _part = await StoreTimeouts.NameAsync(openPart(_position, _partEnd, cancellationToken), cancellationToken);
            }

            var read = await _part.ReadAsync(buffer, cancellationToken);
            _position += read;
            if (read == 0 && _position < _partEnd)
            {
                throw new EndOfStreamException("The store gave fewer bytes of a blob than it has.");
            }

            if (_position >= _partEnd)
            {
                await ClosePartAsync();
            }

            if (read > 0)
            {
                return read;
            }
        }

        return 0;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin)
    {
        var position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => _position + offset,
            _ => size + offset,
        };
        ArgumentOutOfRangeException.ThrowIfNegative(position, nameof(offset));
        if (position != _position)
        {
            _part?.Dispose();
            _part = null;
            _position = position;
        }

        return position;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Only read asynchronously.");

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException("Only read.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Only read.");

    public override async ValueTask DisposeAsync()
    {
        await ClosePartAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _part?.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask ClosePartAsync()
    {
        if (_part is { } part)
        {
            _part = null;
            await part.DisposeAsync();
        }
    }
}
