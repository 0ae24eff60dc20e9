using System.Buffers;
using System.Globalization;
using System.Text;

namespace AtProto.Lexicons.Schemas;

/// <summary>Counts extended grapheme clusters (Unicode Standard Annex 29) of UTF-8 text.</summary>
internal static class Graphemes
{
    private const int StackLength = 512;

    public static int Count(ReadOnlySpan<byte> utf8)
    {
        if (Ascii.IsValid(utf8))
        {
            // The one cluster of two ASCII characters is a line end.
            return utf8.Length - utf8.Count("\r\n"u8);
        }

        if (utf8.Length <= StackLength)
        {
            Span<char> chars = stackalloc char[StackLength];
            return Count(chars[..Encoding.UTF8.GetChars(utf8, chars)]);
        }

        var rented = ArrayPool<char>.Shared.Rent(utf8.Length);
        var count = Count(rented.AsSpan(0, Encoding.UTF8.GetChars(utf8, rented)));
        ArrayPool<char>.Shared.Return(rented);
        return count;
    }

    private static int Count(ReadOnlySpan<char> text)
    {
        var count = 0;
        var joins = false;
        while (!text.IsEmpty)
        {
            var length = StringInfo.GetNextTextElementLength(text);
            if (!joins || !IndicConjuncts.StartsWithConsonant(text))
            {
                count++;
            }

            // .NET does not know rule GB9c, which keeps the letters of an Indic conjunct together.
            joins = length > 1 && IndicConjuncts.EndsWithLinker(text[..length]);
            text = text[length..];
        }

        return count;
    }
}
