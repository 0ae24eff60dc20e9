namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>Compares redirect URIs: letter by letter, but for the port of a loopback address that was registered without one.</summary>
internal static class RedirectUri
{
    public static bool Matches(string registered, string asked) =>
        registered == asked || (IsLoopbackWithoutPort(registered, out var expected)
            && Uri.TryCreate(asked, UriKind.Absolute, out var actual)
            && actual.UserInfo.Length == 0
            && actual.Fragment.Length == 0
            && WithPort(expected, actual.Port) == asked);

    /// <summary>Where a browser goes from here, as a source of <c>form-action</c>: an origin, or a scheme with its colon.</summary>
    public static string OriginOf(string redirectUri)
    {
        var uri = new Uri(redirectUri, UriKind.Absolute);
        return uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp
            ? uri.GetLeftPart(UriPartial.Authority)
            : $"{uri.Scheme}:";
    }

    private static bool IsLoopbackWithoutPort(string registered, out Uri uri) =>
        Uri.TryCreate(registered, UriKind.Absolute, out uri!)
        && uri.Scheme == Uri.UriSchemeHttp
        && uri.Host is "127.0.0.1" or "[::1]"
        && uri.IsDefaultPort
        && !registered.AsSpan("http://".Length).StartsWith($"{uri.Host}:", StringComparison.Ordinal);

    private static string WithPort(Uri registered, int port) =>
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"http://{registered.Host}:{port}{registered.PathAndQuery}");
}
