using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace AtProto;

/// <summary>
/// A decentralized identifier, such as <c>did:plc:z72i7hdynmk6r22z27h6tvur</c>: the permanent name of an account or a
/// service. At most 2,048 ASCII characters; compared byte by byte. Source: atproto specification, "DID".
/// </summary>
[JsonConverter(typeof(IdentifierJsonConverter<Did>))]
public readonly record struct Did : IParsable<Did>
{
    /// <summary>The longest DID that is accepted, in characters.</summary>
    public const int MaxLength = 2048;

    private readonly string? _value;

    private Did(string value) => _value = value;

    /// <summary>The whole identifier, beginning with <c>did:</c>.</summary>
    /// <exception cref="InvalidOperationException">The value is <c>default</c>.</exception>
    public string Value => _value ?? throw new InvalidOperationException("An empty DID has no value.");

    /// <summary>The method: <c>plc</c>, <c>web</c> or another.</summary>
    public ReadOnlySpan<char> Method
    {
        get
        {
            var rest = Value.AsSpan(4);
            return rest[..rest.IndexOf(':')];
        }
    }

    /// <summary>Parses a DID.</summary>
    /// <param name="text">The identifier.</param>
    /// <exception cref="FormatException"><paramref name="text"/> is not a DID.</exception>
    public static Did Parse(string text) =>
        TryParse(text, out var did) ? did : throw new FormatException($"Not a DID: {text}");

    /// <summary>Parses a DID; false when <paramref name="text"/> is not one.</summary>
    /// <param name="text">The identifier.</param>
    /// <param name="did">The parsed value.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, out Did did)
    {
        if (text is not null && IsValid(text))
        {
            did = new Did(text);
            return true;
        }

        did = default;
        return false;
    }

    /// <summary>Whether the text has the general syntax of a DID.</summary>
    /// <param name="text">The text to look at.</param>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        if (text.Length > MaxLength || !text.StartsWith("did:", StringComparison.Ordinal))
        {
            return false;
        }

        var rest = text[4..];
        var colon = rest.IndexOf(':');
        if (colon < 1 || rest[..colon].ContainsAnyExceptInRange('a', 'z'))
        {
            return false;
        }

        var name = rest[(colon + 1)..];
        return name.Length > 0 && name[^1] is not (':' or '%') && !name.ContainsAnyExcept(IdentifierChars.Did);
    }

    static Did IParsable<Did>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<Did>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Did result) =>
        TryParse(s, out result);

    /// <summary>The identifier's text; empty for <c>default</c>.</summary>
    public override string ToString() => _value ?? "";
}
