using System.Globalization;

namespace Pds.Web.Pages.Admin;

/// <summary>Numbers as people read them.</summary>
internal static class Figure
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Such as <c>1.4 GiB</c>.</summary>
    public static string Bytes(long bytes)
    {
        var (size, unit) = ((double)bytes, 0);
        while (size >= 1024 && unit < Units.Length - 1)
        {
            (size, unit) = (size / 1024, unit + 1);
        }

        return $"{size.ToString(unit == 0 || size >= 100 ? "N0" : "0.0", CultureInfo.InvariantCulture)} {Units[unit]}";
    }

    /// <summary>To the minute, in UTC.</summary>
    public static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>Such as <c>3 d 4 h</c>: the two largest units.</summary>
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalDays: >= 1 } => $"{Part(time.Days)} d {Part(time.Hours)} h",
        { TotalHours: >= 1 } => $"{Part(time.Hours)} h {Part(time.Minutes)} min",
        { TotalMinutes: >= 1 } => $"{Part(time.Minutes)} min",
        { TotalSeconds: >= 1 } => $"{Part(time.Seconds)} s",
        _ => "less than a second",
    };

    private static string Part(int number) => number.ToString(CultureInfo.InvariantCulture);
}
