using System.Globalization;

namespace Pds.Modules.Auth.OAuth.Clients;

/// <summary>
/// What an app calls itself: the https URL of its metadata, or <c>http://localhost</c> for one in development on the person's
/// own machine, which brings its metadata in the query.
/// </summary>
internal sealed class ClientId
{
    /// <summary>Longer ones are refused; loopback ids with all their scopes stay below.</summary>
    public const int MaxLength = 2048;

    private const string LoopbackOrigin = "http://localhost";

    private ClientId(string value, Uri url, bool isLoopback)
    {
        Value = value;
        Url = url;
        IsLoopback = isLoopback;
    }

    public string Value { get; }

    /// <summary>Where the metadata is, unless <see cref="IsLoopback"/>.</summary>
    public Uri Url { get; }

    /// <summary>The app has no identity but this id.</summary>
    public bool IsLoopback { get; }

    /// <summary>The metadata is served by this machine without https, which is for development only.</summary>
    public bool IsLocal => !IsLoopback && Url.Scheme == Uri.UriSchemeHttp;

    /// <summary>What people are shown: the one thing about an app that is proven.</summary>
    public string Host => IsLoopback || Url.IsDefaultPort
        ? Url.Host
        : string.Create(CultureInfo.InvariantCulture, $"{Url.Host}:{Url.Port}");

    /// <summary>What follows the origin of a loopback id, without the slash: empty, or a query with its question mark.</summary>
    public ReadOnlySpan<char> LoopbackQuery => Value.AsSpan(LoopbackOrigin.Length).TrimStart('/');

    /// <param name="allowLocal">Development: metadata may come from this machine by http, and from any port.</param>
    /// <exception cref="OAuthException"><c>invalid_client_id</c>.</exception>
    public static ClientId Parse(string text, bool allowLocal)
    {
        if (text.Length is 0 or > MaxLength)
        {
            throw OAuthException.InvalidClientId("client_id must have 1 to 2048 characters");
        }

        if (text.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw OAuthException.InvalidClientId("client_id must consist of printable ASCII characters without spaces");
        }

        if (text.Contains('#', StringComparison.Ordinal))
        {
            throw OAuthException.InvalidClientId("client_id must not have a fragment");
        }

        return IsLoopbackForm(text) ? new ClientId(text, new Uri(LoopbackOrigin), isLoopback: true) : ParseUrl(text, allowLocal);
    }

    private static bool IsLoopbackForm(string text) =>
        text.StartsWith(LoopbackOrigin, StringComparison.Ordinal)
        && text.AsSpan(LoopbackOrigin.Length) is [] or ['/'] or ['?', ..] or ['/', '?', ..];

    private static ClientId ParseUrl(string text, bool allowLocal)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url))
        {
            throw OAuthException.InvalidClientId("client_id is not a URL");
        }

        var isLocal = allowLocal && url.Scheme == Uri.UriSchemeHttp && HostName.IsLoopback(url.Host);
        if (url.Scheme != Uri.UriSchemeHttps && !isLocal)
        {
            throw OAuthException.InvalidClientId(
                text.StartsWith(LoopbackOrigin, StringComparison.Ordinal)
                    ? "A loopback client_id is http://localhost without port and path"
                    : "client_id must be an https URL");
        }

        if (url.UserInfo.Length > 0 || AuthorityOf(text).Contains('@'))
        {
            throw OAuthException.InvalidClientId("client_id must not contain credentials");
        }

        if (url.AbsolutePath == "/")
        {
            throw OAuthException.InvalidClientId("client_id must have a path");
        }

        if (url.AbsolutePath.EndsWith('/'))
        {
            throw OAuthException.InvalidClientId("The path of client_id must not end with a slash");
        }

        if (!isLocal && url.HostNameType != UriHostNameType.Dns)
        {
            throw OAuthException.InvalidClientId("The host of client_id must be a name, not an IP address");
        }

        if (!url.IsDefaultPort && !allowLocal)
        {
            throw OAuthException.InvalidClientId("client_id must not have a port");
        }

        if (!isLocal && HostName.IsLocal(url.Host))
        {
            throw OAuthException.InvalidClientId("The host of client_id must not be a local or reserved name");
        }

        // One spelling only: two ids of one document would be two apps.
        return url.AbsoluteUri == text
            ? new ClientId(text, url, isLoopback: false)
            : throw OAuthException.InvalidClientId("client_id must be in its canonical form");
    }

    private static ReadOnlySpan<char> AuthorityOf(string url)
    {
        var rest = url.AsSpan(url.IndexOf("://", StringComparison.Ordinal) + 3);
        var end = rest.IndexOfAny('/', '?');
        return end < 0 ? rest : rest[..end];
    }
}
