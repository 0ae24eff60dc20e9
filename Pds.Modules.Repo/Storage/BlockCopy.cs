using System.Buffers;
using System.Buffers.Binary;
using AtProto;
using AtProto.Repo;
using Npgsql;

namespace Pds.Modules.Repo.Storage;

/// <summary>
/// The blocks of one repository at one moment, read as rows of a CID and its bytes in the binary form of <c>COPY</c>, and laid out
/// as a CAR file without a look at each: a tenth of what the driver takes over a row of a query. It holds a connection and keeps
/// a buffer, whatever the size of the repository. Source: PostgreSQL documentation, "COPY", "Binary Format".
/// </summary>
/// <param name="commit">The commit of that moment, which is none of the rows.</param>
/// <param name="tip">The nodes of that moment that are none of the rows either.</param>
internal sealed class BlockCopy(
    NpgsqlConnection connection, NpgsqlTransaction moment, Block commit, IReadOnlyList<TipNode> tip, Stream rows) : IAsyncDisposable
{
    private const int HeaderLength = 11 + 4 + 4;
    private const int InitialBuffer = 64 * 1024;

    // A row is its number of columns, then for each its length and its bytes.
    private const int RowStart = 2 + 4;
    private const int BytesAt = RowStart + Cid.Length + 4;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(InitialBuffer);
    private int _start;
    private int _end;
    private bool _hasHeader;

    /// <summary>Begins the file: its root, and what has been read already.</summary>
    public void WriteStartTo(IBufferWriter<byte> car)
    {
        CarWriter.WriteHeader(car, commit.Cid);
        CarWriter.WriteBlock(car, commit.Cid, commit.Bytes);
        foreach (var node in tip)
        {
            CarWriter.WriteBlock(car, node.Cid, node.Bytes);
        }
    }

    /// <summary>Receives a buffer full, or what there is left; false at the end.</summary>
    public async ValueTask<bool> ReceiveAsync()
    {
        MakeRoom();
        var before = _end;
        while (_end < _buffer.Length)
        {
            // The driver gives no more than one row at a time, and would register a token anew for each.
            var count = await rows.ReadAsync(_buffer.AsMemory(_end), CancellationToken.None);
            if (count == 0)
            {
                break;
            }

            _end += count;
        }

        return _end > before;
    }

    /// <summary>Writes the blocks that have been received in full.</summary>
    public void WriteTo(IBufferWriter<byte> car)
    {
        if (!_hasHeader)
        {
            (_start, _hasHeader) = (_start + HeaderLength, true);
        }

        // A block takes less room in the file than in its row.
        var destination = car.GetSpan(_end - _start);
        var written = 0;
        while (TryMeasure(_buffer.AsSpan(_start, _end - _start), out var length))
        {
            var row = _buffer.AsSpan(_start, BytesAt + length);
            written += CarWriter.WriteBlock(destination[written..], ReadCid(row), row[BytesAt..]);
            _start += row.Length;
        }

        car.Advance(written);
    }

    public async ValueTask DisposeAsync()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        await rows.DisposeAsync();
        await moment.DisposeAsync();
        await connection.DisposeAsync();
    }

    private static Cid ReadCid(ReadOnlySpan<byte> row) =>
        BinaryPrimitives.ReadInt32BigEndian(row[2..]) == Cid.Length && Cid.TryRead(row.Slice(RowStart, Cid.Length), out var cid)
            ? cid
            : throw new InvalidDataException("A stored CID is malformed.");

    // The end of all is a row of -1 columns without anything.
    private static bool TryMeasure(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 0;
        return bytes.Length >= BytesAt
            && BinaryPrimitives.TryReadInt32BigEndian(bytes[(BytesAt - 4)..], out length)
            && bytes.Length - BytesAt >= length;
    }

    private void MakeRoom()
    {
        var unread = _end - _start;
        if (unread > 0)
        {
            var buffer = unread > _buffer.Length / 2 ? ArrayPool<byte>.Shared.Rent(_buffer.Length * 2) : _buffer;
            _buffer.AsSpan(_start, unread).CopyTo(buffer);
            if (buffer != _buffer)
            {
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = buffer;
            }
        }

        (_start, _end) = (0, unread);
    }
}
