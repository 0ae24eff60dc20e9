using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;

namespace Pds.Xrpc;

/// <summary>One variable's text as the type of its property.</summary>
internal static class OptionValue
{
    /// <summary>False, and what the text should have been, when it is not of the type.</summary>
    public static bool TryParse(string text, Type type, out object? value, [NotNullWhen(false)] out string? expected)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        (value, expected) = Parse(text, type);
        return value is not null;
    }

    private static (object? Value, string Expected) Parse(string text, Type type)
    {
        if (type == typeof(string))
        {
            return (text, "text");
        }

        if (type == typeof(bool))
        {
            return (text.ToLowerInvariant() switch { "true" or "1" => true, "false" or "0" => false, _ => null }, "true or false");
        }

        if (type == typeof(TimeSpan))
        {
            var isNumber = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds);
            return (isNumber && milliseconds <= int.MaxValue * 1000L ? TimeSpan.FromMilliseconds(milliseconds) : null, "a number of milliseconds");
        }

        if (type == typeof(Uri))
        {
            var isWeb = Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https";
            return (isWeb ? uri : null, "an http or https URL");
        }

        if (type.IsEnum)
        {
            return (Enum.TryParse(type, text, ignoreCase: true, out var value) ? value : null,
                $"one of {string.Join(", ", Enum.GetNames(type))}");
        }

        if (type.IsArray)
        {
            return ParseList(text, type.GetElementType()!);
        }

        var parser = typeof(OptionValue)
            .GetMethod(nameof(ParseParsable), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(type);
        return (parser.Invoke(null, [text]), type == typeof(int) || type == typeof(long) ? "a whole number" : $"a {type.Name}");
    }

    private static (object? Value, string Expected) ParseList(string text, Type elementType)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var list = Array.CreateInstance(elementType, parts.Length);
        for (var i = 0; i < parts.Length; i++)
        {
            if (!TryParse(parts[i], elementType, out var item, out var expected))
            {
                return (null, $"a list of items separated by commas, each {expected}");
            }

            list.SetValue(item, i);
        }

        return (list, "a list");
    }

    private static object? ParseParsable<T>(string text) where T : IParsable<T> =>
        T.TryParse(text, CultureInfo.InvariantCulture, out var value) ? value : null;
}
