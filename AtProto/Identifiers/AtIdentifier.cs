using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace AtProto;

/// <summary>A DID or a handle, wherever a method takes either. Source: atproto specification, "Lexicon", <c>at-identifier</c>.</summary>
[JsonConverter(typeof(IdentifierJsonConverter<AtIdentifier>))]
public readonly record struct AtIdentifier : IParsable<AtIdentifier>
{
    /// <summary>Wraps a DID.</summary>
    /// <param name="did">The DID.</param>
    public AtIdentifier(Did did) => Did = did;

    /// <summary>Wraps a handle.</summary>
    /// <param name="handle">The handle.</param>
    public AtIdentifier(Handle handle) => Handle = handle;

    /// <summary>The DID; null for a handle.</summary>
    public Did? Did { get; }

    /// <summary>The handle; null for a DID.</summary>
    public Handle? Handle { get; }

    /// <summary>Parses a DID or a handle.</summary>
    /// <param name="text">What begins with <c>did:</c> is a DID.</param>
    /// <exception cref="FormatException"><paramref name="text"/> is neither.</exception>
    public static AtIdentifier Parse(string text) =>
        TryParse(text, out var identifier) ? identifier : throw new FormatException($"Neither DID nor handle: {text}");

    /// <summary>Parses a DID or a handle; false when <paramref name="text"/> is neither.</summary>
    /// <param name="text">What begins with <c>did:</c> is a DID.</param>
    /// <param name="identifier">The parsed value.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, out AtIdentifier identifier)
    {
        if (AtProto.Did.TryParse(text, out var did))
        {
            identifier = new AtIdentifier(did);
            return true;
        }

        if (AtProto.Handle.TryParse(text, out var handle))
        {
            identifier = new AtIdentifier(handle);
            return true;
        }

        identifier = default;
        return false;
    }

    /// <summary>Whether the text is a DID or a handle.</summary>
    /// <param name="text">The text to look at.</param>
    public static bool IsValid(ReadOnlySpan<char> text) => AtProto.Did.IsValid(text) || AtProto.Handle.IsValid(text);

    static AtIdentifier IParsable<AtIdentifier>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<AtIdentifier>.TryParse(
        [NotNullWhen(true)] string? s, IFormatProvider? provider, out AtIdentifier result) => TryParse(s, out result);

    /// <summary>The identifier's text; empty for <c>default</c>.</summary>
    public override string ToString() => Did?.ToString() ?? Handle?.ToString() ?? "";
}
