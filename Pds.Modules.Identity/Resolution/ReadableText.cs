using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Pds.Modules.Identity.Resolution;

/// <summary>
/// Makes foreign JSON such that every string in it is text. What is none, half a surrogate pair in an escape or bytes that are
/// not UTF-8, becomes U+FFFD, as browsers do with it.
/// </summary>
internal static class ReadableText
{
    private const int EscapeLength = 6;

    /// <param name="json">JSON; changed in place where that is enough.</param>
    public static byte[] Of(byte[] json)
    {
        var text = Utf8.IsValid(json) ? json : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(json));
        for (var i = 0; i < text.Length;)
        {
            // Outside of strings there is no backslash.
            var backslash = text.AsSpan(i).IndexOf((byte)'\\');
            if (backslash < 0)
            {
                break;
            }

            i += backslash;
            i += CodeUnit(text, i) is not { } unit ? 2
                : !char.IsSurrogate(unit) ? EscapeLength
                : char.IsHighSurrogate(unit) && CodeUnit(text, i + EscapeLength) is { } next && char.IsLowSurrogate(next) ? 2 * EscapeLength
                : Replace(text, i);
        }

        return text;
    }

    private static int Replace(byte[] text, int at)
    {
        "\\ufffd"u8.CopyTo(text.AsSpan(at));
        return EscapeLength;
    }

    /// <summary>What an escape at this place stands for; null where there is none of this kind.</summary>
    private static char? CodeUnit(byte[] text, int at) =>
        at + EscapeLength <= text.Length && text[at] == '\\' && text[at + 1] == 'u'
        && ushort.TryParse(text.AsSpan(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
            ? (char)unit
            : null;
}
