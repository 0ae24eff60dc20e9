using System.Runtime.CompilerServices;

namespace Pds.Cli.Backup;

/// <summary>
/// Cuts a table's rows into chunks of some hundred kilobytes. Where a chunk ends follows from the row it ends with, so that a row more
/// or less changes one chunk or two, and the rest stay what they are.
/// </summary>
internal sealed class RowCutter(Stream copy)
{
    private const int MinChunk = 128 * 1024;
    private const int MaxChunk = 4 << 20;
    private const int ReadSize = 256 * 1024;

    // What a row begins with is its key, which stays as it is when other columns change.
    private const int KeyLength = 64;

    // After the least size, one of this many bytes is in a row that ends a chunk: a small table's rows as well as large ones'.
    private const int BytesToBoundaryBits = 18;

    // From this size on, four times as many rows end a chunk, or chance alone would leave one in twenty four times as long as most.
    private const int LongChunk = 512 * 1024;
    private const int BytesToBoundaryBitsWhenLong = 16;

    private byte[] _buffer = new byte[MaxChunk / 2];
    private int _start;
    private int _end;

    /// <summary>Gives the chunks one after the other; each is valid until the next is asked for.</summary>
    public async IAsyncEnumerable<(ReadOnlyMemory<byte> Rows, long Count)> ReadAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (_end - _start < CopyFormat.Header.Length)
        {
            await ReceiveAsync(cancellationToken);
        }

        _start += CopyFormat.Header.Length;
        var (length, count) = (0, 0L);
        while (true)
        {
            var row = CopyFormat.MeasureRow(_buffer.AsSpan(_start + length, _end - _start - length));
            if (row < 0)
            {
                await ReceiveAsync(cancellationToken);
                continue;
            }

            var isBoundary = row > 0 && length + row >= MinChunk
                && IsBoundary(_buffer.AsSpan(_start + length, row), length < LongChunk ? BytesToBoundaryBits : BytesToBoundaryBitsWhenLong);
            (length, count) = (length + row, count + (row > 0 ? 1 : 0));
            if (isBoundary || length >= MaxChunk || (row == 0 && length > 0))
            {
                yield return (_buffer.AsMemory(_start, length), count);
                _start += length;
                (length, count) = (0, 0L);
            }

            if (row == 0)
            {
                break;
            }
        }

        // To the end of the answer, so that the connection is free again.
        while (await copy.ReadAsync(_buffer, cancellationToken) > 0)
        {
        }
    }

    private static bool IsBoundary(ReadOnlySpan<byte> row, int bits)
    {
        var hash = 0xCBF29CE484222325;
        foreach (var value in row[..Math.Min(row.Length, KeyLength)])
        {
            hash = (hash ^ value) * 0x100000001B3;
        }

        return row.Length >= 1 << bits || (hash * 0x9E3779B97F4A7C15) < (ulong)row.Length << (64 - bits);
    }

    private async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        if (_buffer.Length - _end < ReadSize)
        {
            var unread = _end - _start;
            var buffer = unread + ReadSize > _buffer.Length / 2 ? new byte[_buffer.Length * 2] : _buffer;
            _buffer.AsSpan(_start, unread).CopyTo(buffer);
            (_buffer, _start, _end) = (buffer, 0, unread);
        }

        var read = await copy.ReadAsync(_buffer.AsMemory(_end, ReadSize), cancellationToken);
        _end += read > 0 ? read : throw new InvalidDataException("Postgres ended a table before its end.");
    }
}
