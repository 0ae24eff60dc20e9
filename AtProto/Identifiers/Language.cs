using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace AtProto;

/// <summary>
/// The <c>language</c> string format: a BCP 47 tag. The strict form, as records are checked: the primary subtag is two or
/// three lower-case letters (or the tag is one of private use or grandfathered), and no variant or extension singleton is
/// repeated. Source: RFC 5646, sections 2.1 and 2.2.9.
/// </summary>
public static partial class Language
{
    /// <summary>The longest tag that is accepted, in characters.</summary>
    public const int MaxLength = 128;

    private static readonly FrozenSet<string> Grandfathered = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "art-lojban", "cel-gaulish", "en-gb-oed", "i-ami", "i-bnn", "i-default", "i-enochian", "i-hak", "i-klingon", "i-lux",
        "i-mingo", "i-navajo", "i-pwn", "i-tao", "i-tay", "i-tsu", "no-bok", "no-nyn", "sgn-be-fr", "sgn-be-nl", "sgn-ch-de",
        "zh-guoyu", "zh-hakka", "zh-min", "zh-min-nan", "zh-xiang");

    /// <summary>Whether the text is a language tag.</summary>
    /// <param name="text">The text to look at.</param>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        if (text.Length is 2 or 3)
        {
            return !text.ContainsAnyExceptInRange('a', 'z');
        }

        if (text.Length is 0 or > MaxLength)
        {
            return false;
        }

        var tag = text.ToString();
        return (Tag().Match(tag) is { Success: true } match && IsDistinct(match.Groups["variant"]) && IsDistinct(match.Groups["singleton"]))
            || Grandfathered.Contains(tag);
    }

    private static bool IsDistinct(Group subtags)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var subtag in subtags.Captures.Cast<Capture>())
        {
            if (!seen.Add(subtag.Value))
            {
                return false;
            }
        }

        return true;
    }

    // language ["-" extlang] ["-" script] ["-" region] *("-" variant) *("-" extension) ["-" privateuse], or privateuse.
    // The letters of one subtag decide what it can be, so there is nothing to backtrack over.
    [GeneratedRegex(
        """
        \A(?:
          [a-z]{2,3} (?:-[A-Za-z]{3}){0,3}
          (?:-[A-Za-z]{4})?
          (?:-(?:[A-Za-z]{2}|[0-9]{3}))?
          (?:-(?<variant>[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*
          (?:-(?<singleton>[0-9A-WY-Za-wy-z])(?:-[A-Za-z0-9]{2,8})+)*
          (?:-[Xx](?:-[A-Za-z0-9]{1,8})+)?
        | [Xx](?:-[A-Za-z0-9]{1,8})+
        )\z
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Tag();
}
