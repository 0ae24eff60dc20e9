using System.Buffers;

namespace AtProto.Crypto;

/// <summary>
/// The one spelling that base64url has for given bytes: no padding, no white space, spare bits zero. Signatures that are
/// hashed as text must be exact, for a second spelling would be a second identity.
/// </summary>
internal static class ExactBase64Url
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private static readonly SearchValues<char> Letters = SearchValues.Create(Alphabet);

    public static bool IsValid(ReadOnlySpan<char> text)
    {
        if (text.ContainsAnyExcept(Letters))
        {
            return false;
        }

        return (text.Length % 4) switch
        {
            0 => true,
            2 => (Alphabet.IndexOf(text[^1], StringComparison.Ordinal) & 0b1111) == 0,
            3 => (Alphabet.IndexOf(text[^1], StringComparison.Ordinal) & 0b11) == 0,
            _ => false,
        };
    }
}
