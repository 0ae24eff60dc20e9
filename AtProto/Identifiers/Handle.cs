using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace AtProto;

/// <summary>
/// A handle, such as <c>alice.example.com</c>: the readable name of an account, a DNS name of at most 253 characters.
/// Kept in lower case. Source: atproto specification, "Handle".
/// </summary>
[JsonConverter(typeof(IdentifierJsonConverter<Handle>))]
public readonly record struct Handle : IParsable<Handle>
{
    /// <summary>The longest handle that is accepted, in characters.</summary>
    public const int MaxLength = 253;

    private readonly string? _value;

    private Handle(string value) => _value = value;

    /// <summary>Shown wherever a handle is required and none is known to be valid.</summary>
    public static Handle Invalid { get; } = new("handle.invalid");

    /// <summary>The handle in lower case.</summary>
    /// <exception cref="InvalidOperationException">The value is <c>default</c>.</exception>
    public string Value => _value ?? throw new InvalidOperationException("An empty handle has no value.");

    /// <summary>Parses a handle.</summary>
    /// <param name="text">The handle in any case.</param>
    /// <exception cref="FormatException"><paramref name="text"/> is not a handle.</exception>
    public static Handle Parse(string text) =>
        TryParse(text, out var handle) ? handle : throw new FormatException($"Not a handle: {text}");

    /// <summary>Parses a handle; false when <paramref name="text"/> is not one.</summary>
    /// <param name="text">The handle in any case.</param>
    /// <param name="handle">The parsed value.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, out Handle handle)
    {
        if (text is not null && IsValid(text))
        {
            handle = new Handle(text.ToLowerInvariant());
            return true;
        }

        handle = default;
        return false;
    }

    /// <summary>Whether the text has the syntax of a handle. Says nothing of disallowed top-level domains.</summary>
    /// <param name="text">The text to look at.</param>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > MaxLength)
        {
            return false;
        }

        var labels = 0;
        while (true)
        {
            var dot = text.IndexOf('.');
            var label = dot < 0 ? text : text[..dot];
            if (!IsLabel(label))
            {
                return false;
            }

            labels++;
            if (dot < 0)
            {
                return labels > 1 && char.IsAsciiLetter(label[0]);
            }

            text = text[(dot + 1)..];
        }
    }

    internal static bool IsLabel(ReadOnlySpan<char> label) =>
        label.Length is > 0 and <= 63 && label[0] != '-' && label[^1] != '-' && !label.ContainsAnyExcept(IdentifierChars.Label);

    static Handle IParsable<Handle>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<Handle>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Handle result) =>
        TryParse(s, out result);

    /// <summary>The handle's text; empty for <c>default</c>.</summary>
    public override string ToString() => _value ?? "";
}
