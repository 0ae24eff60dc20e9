using System.Globalization;

namespace AtProto;

/// <summary>
/// The <c>datetime</c> string format: RFC 3339 and ISO 8601 at once, with seconds and a time zone. The strict form, as records
/// are checked; a day that its month does not have is accepted, as by the reference. Source: atproto specification,
/// "Lexicon", <c>datetime</c>.
/// </summary>
public static class AtDatetime
{
    /// <summary>The longest text that is accepted, in characters.</summary>
    public const int MaxLength = 64;

    /// <summary>Prints a time as this server writes it: UTC, milliseconds, <c>Z</c>.</summary>
    /// <param name="time">The time.</param>
    public static string Format(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Whether the text is a datetime.</summary>
    /// <param name="text">The text to look at.</param>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        // YYYY-MM-DDTHH:mm:ss, then a fraction, then the zone.
        if (text.Length is < 20 or > MaxLength
            || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':'
            || !TryNumber(text[..4], out var year)
            || !TryNumber(text[5..7], out var month) || month is < 1 or > 12
            || !TryNumber(text[8..10], out var day) || day is < 1 or > 31
            || !TryNumber(text[11..13], out var hour) || hour > 23
            || !TryNumber(text[14..16], out var minute) || minute > 59
            || !TryNumber(text[17..19], out var second) || second > 59)
        {
            return false;
        }

        var zone = text[19..];
        if (zone[0] == '.')
        {
            var digits = zone[1..].IndexOfAnyExceptInRange('0', '9');
            if (digits < 1)
            {
                return false;
            }

            zone = zone[(1 + digits)..];
        }

        if (zone is "Z")
        {
            return true;
        }

        if (zone.Length != 6 || zone[0] is not ('+' or '-') || zone[3] != ':' || zone is "-00:00"
            || !TryNumber(zone[1..3], out var offsetHour) || offsetHour > 23
            || !TryNumber(zone[4..6], out var offsetMinute) || offsetMinute > 59)
        {
            return false;
        }

        // East of Greenwich the first hours of the year 0 lie before it.
        return year > 0 || month > 1 || day > 1 || zone[0] == '-'
            || (hour * 60) + minute >= (offsetHour * 60) + offsetMinute;
    }

    private static bool TryNumber(ReadOnlySpan<char> digits, out int number)
    {
        number = 0;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit(digit))
            {
                return false;
            }

            number = (number * 10) + (digit - '0');
        }

        return true;
    }
}
