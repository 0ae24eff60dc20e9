using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using AtProto;
using Npgsql;

namespace Pds.Modules.Repo.Storage;

/// <summary>
/// Rows in the binary form of <c>COPY</c>, put together in memory and sent in one go: the driver's own writer takes several times
/// as long over each value. Source: PostgreSQL documentation, "COPY", "Binary Format".
/// </summary>
internal sealed class CopyBuffer
{
    private readonly ArrayBufferWriter<byte> _rows = new(64 * 1024);

    public CopyBuffer() => Clear();

    /// <summary>How many bytes have been put together.</summary>
    public int Length => _rows.WrittenCount;

    /// <summary>Begins anew with the same memory.</summary>
    public void Clear()
    {
        _rows.ResetWrittenCount();

        // Signature, flags, no extension of the header.
        ReadOnlySpan<byte> header = [.. "PGCOPY\n"u8, 0xff, .. "\r\n\0"u8, 0, 0, 0, 0, 0, 0, 0, 0];
        _rows.Write(header);
    }

    /// <summary>Begins a row; as many values must follow.</summary>
    public void StartRow(int columns)
    {
        BinaryPrimitives.WriteInt16BigEndian(_rows.GetSpan(2), (short)columns);
        _rows.Advance(2);
    }

    public void Add(long value)
    {
        var span = _rows.GetSpan(12);
        BinaryPrimitives.WriteInt32BigEndian(span, 8);
        BinaryPrimitives.WriteInt64BigEndian(span[4..], value);
        _rows.Advance(12);
    }

    public void AddNull() => AddLength(-1);

    /// <param name="value">Collections and record keys, which are ASCII.</param>
    public void Add(string value)
    {
        AddLength(value.Length);
        _rows.Advance(Encoding.ASCII.GetBytes(value, _rows.GetSpan(value.Length)));
    }

    public void Add(ReadOnlySpan<byte> value)
    {
        AddLength(value.Length);
        _rows.Write(value);
    }

    public void Add(Cid value)
    {
        AddLength(Cid.Length);
        value.WriteTo(_rows.GetSpan(Cid.Length));
        _rows.Advance(Cid.Length);
    }

    /// <summary>Sends the rows, and is then empty.</summary>
    /// <param name="copy">A <c>COPY … FROM STDIN (FORMAT BINARY)</c>.</param>
    public async Task SendAsync(NpgsqlConnection connection, string copy, CancellationToken cancellationToken)
    {
        BinaryPrimitives.WriteInt16BigEndian(_rows.GetSpan(2), -1);
        _rows.Advance(2);
        await using (var stream = await connection.BeginRawBinaryCopyAsync(copy, cancellationToken))
        {
            await stream.WriteAsync(_rows.WrittenMemory, cancellationToken);
        }

        Clear();
    }

    private void AddLength(int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(_rows.GetSpan(4), length);
        _rows.Advance(4);
    }
}
