using System.Buffers;
using System.Collections.Frozen;

namespace Pds.Modules.Auth.OAuth.Clients;

/// <summary>The scopes that an app declares: kept as they are spelled, for requests are compared with them letter by letter.</summary>
internal static class ScopeList
{
    // RFC 6749, appendix A.4.
    private static readonly SearchValues<char> Allowed = SearchValues.Create(
        [.. Enumerable.Range('!', '~' - '!' + 1).Select(code => (char)code).Where(character => character is not ('"' or '\\'))]);

    /// <param name="refuse">Makes the refusal of what is said about the list, as the end of a sentence.</param>
    public static IReadOnlySet<string> Read(string text, Func<string, OAuthException> refuse)
    {
        var values = text.Split(' ');
        if (Array.Exists(values, value => value.Length == 0 || value.AsSpan().ContainsAnyExcept(Allowed)))
        {
            throw refuse("must be a list of scopes, each separated from the next by one space");
        }

        var scopes = values.ToFrozenSet(StringComparer.Ordinal);
        return scopes.Count < values.Length ? throw refuse("must not name a scope twice")
            : !scopes.Contains("atproto") ? throw refuse("must contain atproto")
            : scopes;
    }
}
