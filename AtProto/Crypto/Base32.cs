namespace AtProto.Crypto;

/// <summary>Lower-case base32 of RFC 4648 without padding, as CIDs and did:plc use it.</summary>
public static class Base32
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    /// <summary>The number of characters that encode this many bytes.</summary>
    /// <param name="byteCount">The number of bytes.</param>
    public static int EncodedLength(int byteCount) => ((byteCount * 8) + 4) / 5;

    /// <summary>Encodes bytes into <see cref="EncodedLength"/> characters.</summary>
    /// <param name="bytes">What is encoded.</param>
    /// <param name="text">Where it goes; at least as long as the result.</param>
    public static void Encode(ReadOnlySpan<byte> bytes, Span<char> text)
    {
        var (buffer, bits, at) = (0u, 0, 0);
        foreach (var value in bytes)
        {
            buffer = (buffer << 8) | value;
            for (bits += 8; bits >= 5;)
            {
                bits -= 5;
                text[at++] = Alphabet[(int)(buffer >> bits) & 31];
            }
        }

        if (bits > 0)
        {
            text[at] = Alphabet[(int)(buffer << (5 - bits)) & 31];
        }
    }

    /// <summary>Encodes bytes.</summary>
    /// <param name="bytes">What is encoded.</param>
    public static string Encode(ReadOnlySpan<byte> bytes) =>
        string.Create(EncodedLength(bytes.Length), bytes, static (text, bytes) => Encode(bytes, text));

    /// <summary>
    /// Decodes text; false when it has other characters, a length that no bytes encode to, or bits set in its padding.
    /// </summary>
    /// <param name="text">What is decoded.</param>
    /// <param name="bytes">Where it goes.</param>
    /// <param name="written">How many bytes were written.</param>
    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> bytes, out int written)
    {
        written = 0;
        if (bytes.Length < text.Length * 5 / 8)
        {
            return false;
        }

        var (buffer, bits) = (0u, 0);
        foreach (var character in text)
        {
            var digit = character switch
            {
                >= 'a' and <= 'z' => character - 'a',
                >= '2' and <= '7' => character - '2' + 26,
                _ => -1,
            };
            if (digit < 0)
            {
                return false;
            }

            buffer = (buffer << 5) | (uint)digit;
            bits += 5;
            if (bits >= 8)
            {
                bits -= 8;
                bytes[written++] = (byte)(buffer >> bits);
            }
        }

        // Fewer than five bits may be left, all zero: each value has one text.
        return bits < 5 && (buffer & ((1u << bits) - 1)) == 0;
    }
}
