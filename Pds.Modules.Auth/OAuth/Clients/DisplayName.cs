using System.Globalization;
using System.Text;

namespace Pds.Modules.Auth.OAuth.Clients;

/// <summary>What an app calls itself, made fit to be shown.</summary>
internal static class DisplayName
{
    private const int MaxRunes = 100;

    /// <summary>One short line without what turns, hides or breaks the text around it; null when nothing is left.</summary>
    public static string? Clean(string? name)
    {
        if (name is null)
        {
            return null;
        }

        var clean = new StringBuilder();
        foreach (var rune in name.EnumerateRunes().Where(IsVisible).Take(MaxRunes))
        {
            clean.Append(Rune.IsWhiteSpace(rune) ? " " : rune.ToString());
        }

        var text = clean.ToString().Trim();
        return text.Length > 0 ? text : null;
    }

    private static bool IsVisible(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate);
}
