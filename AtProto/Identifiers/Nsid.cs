using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace AtProto;

/// <summary>
/// A namespaced identifier, such as <c>app.bsky.feed.post</c>: the name of a lexicon and of a record collection. At most
/// 317 ASCII characters. The authority is kept as it is written; the name is case-sensitive. Source: atproto
/// specification, "Namespaced Identifiers"; its vectors know no limit of the authority by itself.
/// </summary>
[JsonConverter(typeof(IdentifierJsonConverter<Nsid>))]
public readonly record struct Nsid : IParsable<Nsid>
{
    /// <summary>The longest NSID that is accepted, in characters.</summary>
    public const int MaxLength = 317;

    private readonly string? _value;

    private Nsid(string value) => _value = value;

    /// <summary>The whole identifier.</summary>
    /// <exception cref="InvalidOperationException">The value is <c>default</c>.</exception>
    public string Value => _value ?? throw new InvalidOperationException("An empty NSID has no value.");

    /// <summary>The reversed domain name in front of the last dot.</summary>
    public ReadOnlySpan<char> Authority => Value.AsSpan(0, Value.LastIndexOf('.'));

    /// <summary>The name after the last dot.</summary>
    public ReadOnlySpan<char> Name => Value.AsSpan(Value.LastIndexOf('.') + 1);

    /// <summary>Parses an NSID.</summary>
    /// <param name="text">The identifier.</param>
    /// <exception cref="FormatException"><paramref name="text"/> is not an NSID.</exception>
    public static Nsid Parse(string text) =>
        TryParse(text, out var nsid) ? nsid : throw new FormatException($"Not an NSID: {text}");

    /// <summary>Parses an NSID; false when <paramref name="text"/> is not one.</summary>
    /// <param name="text">The identifier.</param>
    /// <param name="nsid">The parsed value.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, out Nsid nsid)
    {
        if (text is not null && IsValid(text))
        {
            nsid = new Nsid(text);
            return true;
        }

        nsid = default;
        return false;
    }

    /// <summary>Whether the text has the syntax of an NSID.</summary>
    /// <param name="text">The text to look at.</param>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        var last = text.LastIndexOf('.');
        if (text.Length > MaxLength || last < 1)
        {
            return false;
        }

        var name = text[(last + 1)..];
        return name.Length is > 0 and <= 63
            && char.IsAsciiLetter(name[0])
            && !name.ContainsAnyExcept(IdentifierChars.Alphanumeric)
            && IsAuthority(text[..last]);
    }

    private static bool IsAuthority(ReadOnlySpan<char> authority)
    {
        if (!char.IsAsciiLetter(authority[0]) || !authority.Contains('.'))
        {
            return false;
        }

        foreach (var range in authority.Split('.'))
        {
            if (!Handle.IsLabel(authority[range]))
            {
                return false;
            }
        }

        return true;
    }

    static Nsid IParsable<Nsid>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<Nsid>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Nsid result) =>
        TryParse(s, out result);

    /// <summary>The identifier's text; empty for <c>default</c>.</summary>
    public override string ToString() => _value ?? "";
}
