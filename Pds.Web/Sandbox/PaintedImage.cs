using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Pds.Web.Sandbox;

/// <summary>Paints a sun over a landscape as a PNG, so that no pictures have to travel with the server.</summary>
internal static class PaintedImage
{
    private static readonly Rgb Sun = new(255, 249, 230);

    public static byte[] Paint(int width, int height, Rgb upper, Rgb lower)
    {
        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);

        // 8 bits for each of three colors, rows from top to bottom.
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        header[8] = 8;
        header[9] = 2;
        WriteChunk(png, "IHDR", header);
        WriteChunk(png, "IDAT", Compress(Rows(width, height, upper, lower)));
        WriteChunk(png, "IEND", []);
        return png.ToArray();
    }

    private static byte[] Rows(int width, int height, Rgb upper, Rgb lower)
    {
        var rows = new byte[height * (1 + (width * 3))];
        var radius = height / 5.0;
        var at = 0;
        for (var y = 0; y < height; y++)
        {
            // Each row names its filter first: none.
            at++;
            for (var x = 0; x < width; x++)
            {
                var isSun = Math.Pow(x - (width * 0.65), 2) + Math.Pow(y - (height * 0.4), 2) < radius * radius;
                var hill = height * (0.72 + (0.08 * Math.Sin(x * 6.0 / width)));
                var color = y > hill ? lower : isSun ? Sun : upper.Toward(lower, y * 0.6 / height);
                (rows[at], rows[at + 1], rows[at + 2]) = (color.Red, color.Green, color.Blue);
                at += 3;
            }
        }

        return rows;
    }

    private static byte[] Compress(byte[] data)
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Optimal))
        {
            zlib.Write(data);
        }

        return compressed.ToArray();
    }

    private static void WriteChunk(MemoryStream png, string type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        var name = Encoding.ASCII.GetBytes(type);
        png.Write(name);
        png.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(Crc(uint.MaxValue, name), data));
        png.Write(number);
    }

    // CRC-32 as PNG has it (ISO 3309), bit by bit: a sandbox paints a dozen pictures.
    private static uint Crc(uint crc, ReadOnlySpan<byte> data)
    {
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xEDB88320 & (uint)-(int)(crc & 1));
            }
        }

        return crc;
    }
}
