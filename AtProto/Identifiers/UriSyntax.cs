using System.Text;

namespace AtProto;

/// <summary>
/// The <c>uri</c> string format: a scheme, a colon, and something that has no white space. At most 8,192 bytes of UTF-8.
/// Source: atproto specification, "Lexicon", <c>uri</c>.
/// </summary>
public static class UriSyntax
{
    /// <summary>The longest text that is accepted, in bytes of UTF-8.</summary>
    public const int MaxLength = 8192;

    /// <summary>Whether the text is a URI.</summary>
    /// <param name="text">The text to look at.</param>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        var colon = text.IndexOf(':');
        if (text.Length > MaxLength || colon < 1 || !char.IsAsciiLetter(text[0]) || Encoding.UTF8.GetByteCount(text) > MaxLength)
        {
            return false;
        }

        foreach (var character in text[..colon])
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('+' or '-' or '.' or '_'))
            {
                return false;
            }
        }

        var rest = text[(colon + 1)..];
        if (rest.StartsWith("//", StringComparison.Ordinal))
        {
            rest = rest[2..];
        }

        if (rest.IsEmpty || rest[0] == '/')
        {
            return false;
        }

        foreach (var character in rest)
        {
            if (char.IsWhiteSpace(character))
            {
                return false;
            }
        }

        return true;
    }
}
