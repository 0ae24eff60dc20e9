using System.Globalization;

namespace Pds.Web.Configuration;

/// <summary>A color of the screen, and how well it is read on another (WCAG 2.2).</summary>
internal readonly record struct Color(byte Red, byte Green, byte Blue)
{
    // What is shown is rounded; what is asked for has to hold all the same.
    private const double TextContrast = 4.6;

    public static Color White { get; } = new(255, 255, 255);

    public static Color Black { get; } = new(0, 0, 0);

    private double Luminance => (0.2126 * Linear(Red)) + (0.7152 * Linear(Green)) + (0.0722 * Linear(Blue));

    /// <summary>Reads <c>#rgb</c>, <c>#rrggbb</c>, <c>rgb(r, g, b)</c> or <c>rgb(r g b)</c>.</summary>
    public static bool TryParse(string text, out Color color)
    {
        text = text.Trim();
        color = default;
        return text.StartsWith('#') ? TryParseHex(text[1..], out color)
            : text.StartsWith("rgb(", StringComparison.OrdinalIgnoreCase) && text.EndsWith(')')
                && TryParseParts(text[4..^1].Split([',', ' '], StringSplitOptions.RemoveEmptyEntries), out color);
    }

    public double ContrastTo(Color other)
    {
        var (light, dark) = (Math.Max(Luminance, other.Luminance), Math.Min(Luminance, other.Luminance));
        return (light + 0.05) / (dark + 0.05);
    }

    /// <summary>The nearest shade of it that text can have on a ground.</summary>
    public Color ReadableOn(Color ground)
    {
        var target = ground.ContrastTo(White) > ground.ContrastTo(Black) ? White : Black;
        for (var share = 0; share < 20; share++)
        {
            var mixed = Mix(target, share / 20.0);
            if (mixed.ContrastTo(ground) >= TextContrast)
            {
                return mixed;
            }
        }

        return target;
    }

    /// <summary>Black or white, whichever is read better on it.</summary>
    public Color Ink() => ContrastTo(White) >= ContrastTo(Black) ? White : Black;

    public override string ToString() => $"#{Red:x2}{Green:x2}{Blue:x2}";

    private static bool TryParseHex(string digits, out Color color)
    {
        color = default;
        var full = digits.Length == 3 ? string.Concat(digits.Select(digit => new string(digit, 2))) : digits;
        if (full.Length != 6 || !int.TryParse(full, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            return false;
        }

        color = new Color((byte)(value >> 16), (byte)(value >> 8), (byte)value);
        return true;
    }

    private static bool TryParseParts(string[] parts, out Color color)
    {
        color = default;
        if (parts.Length != 3
            || !byte.TryParse(parts[0], CultureInfo.InvariantCulture, out var red)
            || !byte.TryParse(parts[1], CultureInfo.InvariantCulture, out var green)
            || !byte.TryParse(parts[2], CultureInfo.InvariantCulture, out var blue))
        {
            return false;
        }

        color = new Color(red, green, blue);
        return true;
    }

    private Color Mix(Color other, double share) => new(
        Mix(Red, other.Red, share), Mix(Green, other.Green, share), Mix(Blue, other.Blue, share));

    private static byte Mix(byte one, byte other, double share) => (byte)Math.Round(one + ((other - one) * share));

    private static double Linear(byte channel)
    {
        var value = channel / 255.0;
        return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
    }
}
