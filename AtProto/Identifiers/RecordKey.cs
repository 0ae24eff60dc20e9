using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace AtProto;

/// <summary>
/// A record key, the name of a record in its collection: 1 to 512 letters, digits and <c>_ ~ . : -</c>, but not <c>.</c> or
/// <c>..</c>; case-sensitive. Source: atproto specification, "Record Keys".
/// </summary>
[JsonConverter(typeof(IdentifierJsonConverter<RecordKey>))]
public readonly record struct RecordKey : IParsable<RecordKey>
{
    /// <summary>The longest record key that is accepted, in characters.</summary>
    public const int MaxLength = 512;

    private readonly string? _value;

    private RecordKey(string value) => _value = value;

    /// <summary>The key.</summary>
    /// <exception cref="InvalidOperationException">The value is <c>default</c>.</exception>
    public string Value => _value ?? throw new InvalidOperationException("An empty record key has no value.");

    /// <summary>The key that is a TID.</summary>
    /// <param name="tid">The TID.</param>
    public static RecordKey Of(Tid tid) => new(tid.ToString());

    /// <summary>Parses a record key.</summary>
    /// <param name="text">The key.</param>
    /// <exception cref="FormatException"><paramref name="text"/> is not a record key.</exception>
    public static RecordKey Parse(string text) =>
        TryParse(text, out var key) ? key : throw new FormatException($"Not a record key: {text}");

    /// <summary>Parses a record key; false when <paramref name="text"/> is not one.</summary>
    /// <param name="text">The key.</param>
    /// <param name="key">The parsed value.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, out RecordKey key)
    {
        if (text is not null && IsValid(text))
        {
            key = new RecordKey(text);
            return true;
        }

        key = default;
        return false;
    }

    /// <summary>Whether the text has the syntax of a record key.</summary>
    /// <param name="text">The text to look at.</param>
    public static bool IsValid(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= MaxLength
        && text is not ("." or "..")
        && !text.ContainsAnyExcept(IdentifierChars.RecordKey);

    static RecordKey IParsable<RecordKey>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<RecordKey>.TryParse(
        [NotNullWhen(true)] string? s, IFormatProvider? provider, out RecordKey result) => TryParse(s, out result);

    /// <summary>The key's text; empty for <c>default</c>.</summary>
    public override string ToString() => _value ?? "";
}
