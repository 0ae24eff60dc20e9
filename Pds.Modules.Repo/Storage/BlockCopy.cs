using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using AtProto;
using AtProto.Repo;

namespace Pds.Modules.Repo.Storage;

/// <summary>
/// Reads rows of a CID and its block in the binary form of <c>COPY</c>: a tenth of what the driver takes over a row of a query.
/// Source: PostgreSQL documentation, "COPY", "Binary Format".
/// </summary>
internal sealed class BlockCopy(Stream rows) : IDisposable
{
    private const int HeaderLength = 11 + 4 + 4;
    private const int InitialBuffer = 128 * 1024;

    // A row is its number of columns, then for each its length and its bytes.
    private const int RowStart = 2 + 4;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(InitialBuffer);
    private int _start;
    private int _end;
    private bool _hasHeader;

    /// <summary>Takes the next block of what has been received.</summary>
    public bool TryRead([NotNullWhen(true)] out Block? block)
    {
        block = null;
        var unread = _buffer.AsSpan(_start, _end - _start);
        var at = _hasHeader ? 0 : HeaderLength;
        if (!TryReadLength(unread, at + 2, out var cidLength) || !TryReadLength(unread, at + RowStart + cidLength, out var length))
        {
            return false;
        }

        var first = at + RowStart + cidLength + 4;
        if (unread.Length - first < length)
        {
            return false;
        }

        block = Cid.TryRead(unread.Slice(at + RowStart, cidLength), out var cid)
            ? new Block(cid, unread.Slice(first, length).ToArray())
            : throw new InvalidDataException("A stored CID is malformed.");
        _start += first + length;
        _hasHeader = true;
        return true;
    }

    /// <summary>Receives more; false at the end.</summary>
    public async ValueTask<bool> ReceiveAsync(CancellationToken cancellationToken)
    {
        MakeRoom();
        var count = await rows.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        _end += count;
        return count > 0;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private void MakeRoom()
    {
        var unread = _end - _start;
        var buffer = unread > _buffer.Length / 2 ? ArrayPool<byte>.Shared.Rent(_buffer.Length * 2) : _buffer;
        _buffer.AsSpan(_start, unread).CopyTo(buffer);
        if (buffer != _buffer)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = buffer;
        }

        (_start, _end) = (0, unread);
    }

    private static bool TryReadLength(ReadOnlySpan<byte> bytes, int at, out int length)
    {
        length = 0;
        return bytes.Length >= at + 4 && BinaryPrimitives.TryReadInt32BigEndian(bytes[at..], out length);
    }
}
