using AtProto.Crypto;

namespace AtProto;

/// <summary>
/// CIDs of any codec and hash, as links in records may be: kept as bytes, printed in base32. Source: atproto
/// specification, "Data Model".
/// </summary>
public static class CidSyntax
{
    /// <summary>The longest binary form that is accepted, in bytes.</summary>
    public const int MaxLength = 100;

    /// <summary>The length of the longest base32 text, in characters.</summary>
    public const int MaxTextLength = 1 + (((MaxLength * 8) + 4) / 5);

    private const int MaxGeneralLength = 256;

    /// <summary>
    /// Whether the text looks like a CID in any base: 8 to 256 letters, digits, <c>+</c> or <c>=</c>, and not of version 0.
    /// The general syntax; data holds only what <see cref="TryDecode"/> reads.
    /// </summary>
    /// <param name="text">The text to look at.</param>
    public static bool IsValid(ReadOnlySpan<char> text) =>
        text.Length is >= 8 and <= MaxGeneralLength
        && !text.StartsWith("Qm", StringComparison.Ordinal)
        && !text.ContainsAnyExcept(IdentifierChars.Cid);

    /// <summary>Decodes the base32 text of a CID of version 1; false when it is not one.</summary>
    /// <param name="text">Text beginning with <c>b</c>.</param>
    /// <param name="destination">At least <see cref="MaxLength"/> bytes.</param>
    /// <param name="written">How many bytes were written.</param>
    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> destination, out int written)
    {
        written = 0;
        return text.Length is > 1 and <= MaxTextLength
            && text[0] == 'b'
            && Base32.TryDecode(text[1..], destination, out written)
            && IsBinary(destination[..written]);
    }

    /// <summary>Prints the binary form of a CID of version 1.</summary>
    /// <param name="cid">The binary form.</param>
    public static string Encode(ReadOnlySpan<byte> cid) =>
        string.Create(1 + Base32.EncodedLength(cid.Length), cid, static (text, cid) => Encode(cid, text));

    /// <summary>Prints the binary form of a CID of version 1 into a buffer.</summary>
    /// <param name="cid">The binary form, at most <see cref="MaxLength"/> bytes.</param>
    /// <param name="destination">Where the text goes; <see cref="MaxTextLength"/> characters are always enough.</param>
    /// <returns>How many characters were written.</returns>
    public static int Encode(ReadOnlySpan<byte> cid, Span<char> destination)
    {
        destination[0] = 'b';
        Base32.Encode(cid, destination[1..]);
        return 1 + Base32.EncodedLength(cid.Length);
    }

    /// <summary>
    /// Whether the bytes are a CID of version 1: version, codec, and a multihash whose digest has the length it claims.
    /// </summary>
    /// <param name="cid">At most <see cref="MaxLength"/> bytes.</param>
    public static bool IsBinary(ReadOnlySpan<byte> cid) =>
        cid.Length is > 3 and <= MaxLength
        && cid[0] == 1
        && TrySkipVarint(cid[1..], out _, out var hash)
        && TrySkipVarint(hash, out _, out var length)
        && TrySkipVarint(length, out var size, out var digest)
        && size == (ulong)digest.Length;

    private static bool TrySkipVarint(ReadOnlySpan<byte> bytes, out ulong value, out ReadOnlySpan<byte> rest)
    {
        value = 0;
        for (var i = 0; i < Math.Min(bytes.Length, 9); i++)
        {
            value |= (ulong)(bytes[i] & 0x7f) << (7 * i);
            if (bytes[i] < 0x80)
            {
                rest = bytes[(i + 1)..];
                return i == 0 || bytes[i] != 0;
            }
        }

        rest = default;
        return false;
    }
}
