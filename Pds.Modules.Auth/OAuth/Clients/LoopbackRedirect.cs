namespace Pds.Modules.Auth.OAuth.Clients;

/// <summary>Redirect URIs that lead to an app on the person's own machine, which listens where it finds a free port.</summary>
internal static class LoopbackRedirect
{
    private static readonly string[] Origins = ["http://127.0.0.1", "http://[::1]"];

    /// <summary>Whether a redirect URI, parsed as a URL before, spells a loopback address as the protocol wants it.</summary>
    public static bool IsLoopback(string redirectUri) => OriginOf(redirectUri) is not null;

    /// <summary>Whether they are the same but for the port, which the registered one must not have (RFC 8252, section 7.3).</summary>
    public static bool Matches(string registered, string asked) =>
        OriginOf(registered) is { } origin
        && OriginOf(asked) == origin
        && registered.AsSpan(origin.Length) is not [':', ..]
        && TrySkipPort(asked.AsSpan(origin.Length), out var path)
        && WithoutSlash(path).SequenceEqual(WithoutSlash(registered.AsSpan(origin.Length)));

    private static string? OriginOf(string redirectUri) => Array.Find(Origins, origin =>
        redirectUri.StartsWith(origin, StringComparison.Ordinal)
        && redirectUri.AsSpan(origin.Length) is [] or [':' or '/' or '?', ..]);

    private static bool TrySkipPort(ReadOnlySpan<char> rest, out ReadOnlySpan<char> path)
    {
        path = rest;
        if (rest is not [':', ..])
        {
            return true;
        }

        var digits = rest[1..].IndexOfAnyExceptInRange('0', '9');
        digits = digits < 0 ? rest.Length - 1 : digits;
        path = rest[(digits + 1)..];
        return ushort.TryParse(rest.Slice(1, digits), out _) && path is [] or ['/' or '?', ..];
    }

    // Nothing and a slash are the same path.
    private static ReadOnlySpan<char> WithoutSlash(ReadOnlySpan<char> path) => path is ['/', ..] ? path[1..] : path;
}
