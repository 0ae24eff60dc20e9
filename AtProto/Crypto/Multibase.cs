using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace AtProto.Crypto;

/// <summary>
/// Self-describing text for bytes: a letter for the base, then the digits. Written as <c>z</c> (base58btc); read as
/// <c>z</c> or <c>u</c> (base64url without padding), the two that a Multikey may use. Source: W3C Controlled
/// Identifiers, "Multibase".
/// </summary>
public static class Multibase
{
    /// <summary>Encodes bytes as <c>z</c> and base58btc.</summary>
    /// <param name="bytes">At most 256 bytes.</param>
    /// <exception cref="ArgumentException">There are more than 256 bytes.</exception>
    public static string Encode(ReadOnlySpan<byte> bytes) => "z" + Base58.Encode(bytes);

    /// <summary>Decodes a text; false when the base is unknown, the digits are wrong, or there are over 512 of them.</summary>
    /// <param name="text">The text, beginning with its base.</param>
    /// <param name="bytes">The decoded bytes.</param>
    public static bool TryDecode(ReadOnlySpan<char> text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (text.Length is 0 or > Base58.MaxLength + 1)
        {
            return false;
        }

        var digits = text[1..];
        switch (text[0])
        {
            case 'z':
                return Base58.TryDecode(digits, out bytes);
            case 'u' when ExactBase64Url.IsValid(digits):
                bytes = Base64Url.DecodeFromChars(digits);
                return true;
            default:
                return false;
        }
    }
}
