using System.Diagnostics.CodeAnalysis;

namespace AtProto.Crypto;

/// <summary>
/// Base58 with the Bitcoin alphabet, as did:key and Multikey use it. Quadratic in its input, hence bounded to
/// <see cref="MaxLength"/> characters. Source: multibase specification, <c>base58btc</c>.
/// </summary>
public static class Base58
{
    /// <summary>The longest text that is decoded, in characters.</summary>
    public const int MaxLength = 512;

    private const string Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    private static readonly sbyte[] Digits = MakeDigits();

    /// <summary>Encodes bytes; leading zero bytes become leading <c>1</c>.</summary>
    /// <param name="bytes">At most 256 bytes.</param>
    /// <exception cref="ArgumentException">There are more than 256 bytes.</exception>
    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxLength / 2)
        {
            throw new ArgumentException("Too long for base58.", nameof(bytes));
        }

        var zeros = bytes.IndexOfAnyExcept((byte)0);
        if (zeros < 0)
        {
            return new string('1', bytes.Length);
        }

        // Little-endian base-58 digits; 138/100 is above log(256)/log(58).
        Span<byte> digits = stackalloc byte[(bytes.Length * 138 / 100) + 1];
        var length = 0;
        foreach (var value in bytes[zeros..])
        {
            var carry = (int)value;
            for (var i = 0; i < length; i++)
            {
                carry += digits[i] << 8;
                (carry, var digit) = Math.DivRem(carry, 58);
                digits[i] = (byte)digit;
            }

            for (; carry > 0; carry /= 58)
            {
                digits[length++] = (byte)(carry % 58);
            }
        }

        Span<char> text = stackalloc char[zeros + length];
        text[..zeros].Fill('1');
        for (var i = 0; i < length; i++)
        {
            text[zeros + i] = Alphabet[digits[length - 1 - i]];
        }

        return new string(text);
    }

    /// <summary>Decodes a text; false when it is too long or holds a character that is not of the alphabet.</summary>
    /// <param name="text">The digits, without a multibase prefix.</param>
    /// <param name="bytes">The decoded bytes.</param>
    public static bool TryDecode(ReadOnlySpan<char> text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (text.Length > MaxLength)
        {
            return false;
        }

        var zeros = text.IndexOfAnyExcept('1');
        if (zeros < 0)
        {
            bytes = new byte[text.Length];
            return true;
        }

        // Little-endian; 74/100 is above log(58)/log(256).
        Span<byte> value = stackalloc byte[(text.Length * 74 / 100) + 1];
        var length = 0;
        foreach (var character in text[zeros..])
        {
            var carry = character < Digits.Length ? Digits[character] : -1;
            if (carry < 0)
            {
                return false;
            }

            for (var i = 0; i < length; i++)
            {
                carry += value[i] * 58;
                value[i] = (byte)carry;
                carry >>= 8;
            }

            for (; carry > 0; carry >>= 8)
            {
                value[length++] = (byte)carry;
            }
        }

        bytes = new byte[zeros + length];
        value[..length].Reverse();
        value[..length].CopyTo(bytes.AsSpan(zeros));
        return true;
    }

    private static sbyte[] MakeDigits()
    {
        var digits = new sbyte[128];
        Array.Fill(digits, (sbyte)-1);
        for (var i = 0; i < Alphabet.Length; i++)
        {
            digits[Alphabet[i]] = (sbyte)i;
        }

        return digits;
    }
}
