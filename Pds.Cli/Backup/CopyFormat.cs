using System.Buffers.Binary;

namespace Pds.Cli.Backup;

/// <summary>Rows in the binary form of <c>COPY</c>. Source: PostgreSQL documentation, "COPY", "Binary Format".</summary>
internal static class CopyFormat
{
    /// <summary>The signature, flags, and the length of an extension: what stands before the first row.</summary>
    public static ReadOnlySpan<byte> Header =>
        [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>What stands after the last row.</summary>
    public static ReadOnlySpan<byte> Trailer => [0xFF, 0xFF];

    /// <summary>The length of the row at the start of the bytes; 0 at the trailer, −1 when it is not all there.</summary>
    public static int MeasureRow(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 2)
        {
            return -1;
        }

        var count = BinaryPrimitives.ReadInt16BigEndian(bytes);
        if (count < 0)
        {
            return 0;
        }

        var at = 2;
        for (var i = 0; i < count; i++)
        {
            if (bytes.Length < at + 4)
            {
                return -1;
            }

            var length = BinaryPrimitives.ReadInt32BigEndian(bytes[at..]);
            at += 4 + Math.Max(0, length);
            if (bytes.Length < at)
            {
                return -1;
            }
        }

        return at;
    }

    /// <summary>Splits the first row off and gives its columns; null stands for NULL.</summary>
    /// <exception cref="InvalidDataException">It is no row.</exception>
    public static byte[]?[] TakeRow(ref ReadOnlyMemory<byte> rows)
    {
        var length = MeasureRow(rows.Span);
        if (length <= 0)
        {
            throw new InvalidDataException("A saved row is cut off.");
        }

        var row = rows.Span[..length];
        var columns = new byte[]?[BinaryPrimitives.ReadInt16BigEndian(row)];
        var at = 2;
        for (var i = 0; i < columns.Length; i++)
        {
            var size = BinaryPrimitives.ReadInt32BigEndian(row[at..]);
            at += 4;
            columns[i] = size < 0 ? null : row.Slice(at, size).ToArray();
            at += Math.Max(0, size);
        }

        rows = rows[length..];
        return columns;
    }
}
