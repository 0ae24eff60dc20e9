using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace AtProto;

/// <summary>
/// The address of a repository, a collection or a record: <c>at://did:plc:…/app.bsky.feed.post/3k…</c>. The strict form, at most
/// 8,192 characters. Source: atproto specification, "AT URI Scheme".
/// </summary>
[JsonConverter(typeof(IdentifierJsonConverter<AtUri>))]
public readonly record struct AtUri : IParsable<AtUri>
{
    /// <summary>The longest address that is accepted, in characters.</summary>
    public const int MaxLength = 8192;

    private const string Scheme = "at://";

    private readonly string? _value;

    /// <summary>Addresses a record.</summary>
    /// <param name="did">The repository.</param>
    /// <param name="collection">The collection.</param>
    /// <param name="rkey">The record key.</param>
    public AtUri(Did did, Nsid collection, RecordKey rkey)
    {
        _value = $"{Scheme}{did}/{collection}/{rkey}";
        Authority = new AtIdentifier(did);
        Collection = collection;
        Rkey = rkey;
    }

    private AtUri(string value, AtIdentifier authority, Nsid? collection, RecordKey? rkey) =>
        (_value, Authority, Collection, Rkey) = (value, authority, collection, rkey);

    /// <summary>The repository: its DID, or the handle of its account.</summary>
    public AtIdentifier Authority { get; }

    /// <summary>The collection, where one is named.</summary>
    public Nsid? Collection { get; }

    /// <summary>The record key, where one is named.</summary>
    public RecordKey? Rkey { get; }

    /// <summary>The whole address.</summary>
    /// <exception cref="InvalidOperationException">The value is <c>default</c>.</exception>
    public string Value => _value ?? throw new InvalidOperationException("An empty address has no value.");

    /// <summary>Parses an address.</summary>
    /// <param name="text">The address.</param>
    /// <exception cref="FormatException"><paramref name="text"/> is not an AT URI.</exception>
    public static AtUri Parse(string text) =>
        TryParse(text, out var uri) ? uri : throw new FormatException($"Not an AT URI: {text}");

    /// <summary>Parses an address; false when <paramref name="text"/> is not one.</summary>
    /// <param name="text">The address.</param>
    /// <param name="uri">The parsed value.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, out AtUri uri)
    {
        uri = default;
        if (!TrySplit(text, out var authority, out var collection, out var rkey)
            || !AtIdentifier.TryParse(authority.ToString(), out var repository))
        {
            return false;
        }

        Nsid? nsid = null;
        RecordKey? key = null;
        if (!collection.IsEmpty)
        {
            if (!Nsid.TryParse(collection.ToString(), out var parsed))
            {
                return false;
            }

            nsid = parsed;
        }

        if (!rkey.IsEmpty)
        {
            if (!RecordKey.TryParse(rkey.ToString(), out var parsed))
            {
                return false;
            }

            key = parsed;
        }

        uri = new AtUri(text!, repository, nsid, key);
        return true;
    }

    /// <summary>Whether the text is an address, without making values of its parts.</summary>
    /// <param name="text">The text to look at.</param>
    public static bool IsValid(ReadOnlySpan<char> text) =>
        TrySplit(text, out var authority, out var collection, out var rkey)
        && AtIdentifier.IsValid(authority)
        && (collection.IsEmpty || Nsid.IsValid(collection))
        && (rkey.IsEmpty || RecordKey.IsValid(rkey));

    private static bool TrySplit(
        ReadOnlySpan<char> text,
        out ReadOnlySpan<char> authority,
        out ReadOnlySpan<char> collection,
        out ReadOnlySpan<char> rkey)
    {
        authority = collection = rkey = default;
        if (text.Length > MaxLength || !text.StartsWith(Scheme, StringComparison.Ordinal))
        {
            return false;
        }

        var rest = text[Scheme.Length..];
        if (rest.IndexOf('#') is var hash and >= 0)
        {
            // The grammar has a fragment, a JSON pointer; records are never addressed with one.
            if (!IsPointer(rest[(hash + 1)..]))
            {
                return false;
            }

            rest = rest[..hash];
        }

        if (rest.IsEmpty || rest[^1] == '/')
        {
            return false;
        }

        var parts = 0;
        foreach (var range in rest.Split('/'))
        {
            var part = rest[range];
            if (part.IsEmpty)
            {
                return false;
            }

            switch (parts++)
            {
                case 0: authority = part; break;
                case 1: collection = part; break;
                case 2: rkey = part; break;
                default: return false;
            }
        }

        return true;
    }

    private static bool IsPointer(ReadOnlySpan<char> fragment) =>
        !fragment.IsEmpty && fragment[0] == '/' && !fragment.ContainsAnyExcept(IdentifierChars.Fragment);

    static AtUri IParsable<AtUri>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<AtUri>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out AtUri result) =>
        TryParse(s, out result);

    /// <summary>The address; empty for <c>default</c>.</summary>
    public override string ToString() => _value ?? "";
}
