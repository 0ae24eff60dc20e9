using System.Buffers;
using System.Globalization;
using System.Text;

namespace AtProto.Lexicons.Schemas;

/// <summary>
/// Rule GB9c of Unicode Standard Annex 29: no break between a consonant with a linker (virama) and the next consonant.
/// The tables are the property Indic_Conjunct_Break of Unicode 17.
/// </summary>
internal static class IndicConjuncts
{
    private const int First = 0x915;
    private const int ZeroWidthJoiner = 0x200D;

    private static readonly (int First, int Last)[] _consonants =
    [
        (0x915, 0x939), (0x958, 0x95F), (0x978, 0x97F), (0x995, 0x9A8), (0x9AA, 0x9B0), (0x9B2, 0x9B2),
        (0x9B6, 0x9B9), (0x9DC, 0x9DD), (0x9DF, 0x9DF), (0x9F0, 0x9F1), (0xA95, 0xAA8), (0xAAA, 0xAB0),
        (0xAB2, 0xAB3), (0xAB5, 0xAB9), (0xAF9, 0xAF9), (0xB15, 0xB28), (0xB2A, 0xB30), (0xB32, 0xB33),
        (0xB35, 0xB39), (0xB5C, 0xB5D), (0xB5F, 0xB5F), (0xB71, 0xB71), (0xC15, 0xC28), (0xC2A, 0xC39),
        (0xC58, 0xC5A), (0xD15, 0xD3A), (0x1000, 0x102A), (0x103F, 0x103F), (0x1050, 0x1055), (0x105A, 0x105D),
        (0x1061, 0x1061), (0x1065, 0x1066), (0x106E, 0x1070), (0x1075, 0x1081), (0x108E, 0x108E), (0x1780, 0x17B3),
        (0x1A20, 0x1A54), (0x1B0B, 0x1B0C), (0x1B13, 0x1B33), (0x1B45, 0x1B4C), (0x1B83, 0x1BA0), (0x1BAE, 0x1BAF),
        (0x1BBB, 0x1BBD), (0xA989, 0xA98B), (0xA98F, 0xA9B2), (0xA9E0, 0xA9E4), (0xA9E7, 0xA9EF), (0xA9FA, 0xA9FE),
        (0xAA60, 0xAA6F), (0xAA71, 0xAA73), (0xAA7A, 0xAA7A), (0xAA7E, 0xAA7F), (0xAAE0, 0xAAEA), (0xABC0, 0xABDA),
        (0x10A00, 0x10A00), (0x10A10, 0x10A13), (0x10A15, 0x10A17), (0x10A19, 0x10A35), (0x11103, 0x11126),
        (0x11144, 0x11144), (0x11147, 0x11147), (0x11380, 0x11389), (0x1138B, 0x1138B), (0x1138E, 0x1138E),
        (0x11390, 0x113B5), (0x11900, 0x11906), (0x11909, 0x11909), (0x1190C, 0x11913), (0x11915, 0x11916),
        (0x11918, 0x1192F), (0x11A00, 0x11A00), (0x11A0B, 0x11A32), (0x11A50, 0x11A50), (0x11A5C, 0x11A83),
        (0x11F04, 0x11F10), (0x11F12, 0x11F33),
    ];

    private static readonly SearchValues<char> _linkers = SearchValues.Create(
        "\u094D\u09CD\u0ACD\u0B4D\u0C4D\u0D4D\u1039\u17D2\u1A60\u1B44\u1BAB\uA9C0\uAAF6");

    private static readonly int[] _highLinkers = [0x10A3F, 0x11133, 0x113D0, 0x1193E, 0x11A47, 0x11A99, 0x11F42];

    public static bool StartsWithConsonant(ReadOnlySpan<char> text) =>
        text[0] >= First
        && Rune.DecodeFromUtf16(text, out var rune, out _) == OperationStatus.Done
        && IsConsonant(rune.Value);

    /// <summary>Whether a cluster is a consonant, a linker and at most marks around it.</summary>
    public static bool EndsWithLinker(ReadOnlySpan<char> cluster)
    {
        var linked = false;
        while (Rune.DecodeLastFromUtf16(cluster, out var rune, out var length) == OperationStatus.Done)
        {
            if (IsConsonant(rune.Value))
            {
                return linked;
            }

            if (IsLinker(rune))
            {
                linked = true;
            }
            else if (rune.Value != ZeroWidthJoiner &&
                Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark))
            {
                return false;
            }

            cluster = cluster[..^length];
        }

        return false;
    }

    private static bool IsLinker(Rune rune) =>
        rune.IsBmp ? _linkers.Contains((char)rune.Value) : _highLinkers.AsSpan().Contains(rune.Value);

    private static bool IsConsonant(int value)
    {
        foreach (var (first, last) in _consonants)
        {
            if (value <= last)
            {
                return value >= first;
            }
        }

        return false;
    }
}
