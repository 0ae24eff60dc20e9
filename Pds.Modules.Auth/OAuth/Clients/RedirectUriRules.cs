namespace Pds.Modules.Auth.OAuth.Clients;

/// <summary>Which addresses an app may have people sent back to.</summary>
internal static class RedirectUriRules
{
    /// <summary>What is wrong with a redirect URI, as the end of a sentence about it; null when nothing is.</summary>
    /// <param name="client">Whose it is; its host is what private-use schemes are named after.</param>
    public static string? FindProblem(string redirectUri, ClientId client, bool isNative)
    {
        // A path is a URL of a file to .NET.
        if (redirectUri is "" or ['/', ..]
            || redirectUri.AsSpan().ContainsAnyExceptInRange('!', '~')
            || redirectUri.AsSpan().ContainsAny('\\', '#')
            || !Uri.TryCreate(redirectUri, UriKind.Absolute, out var url))
        {
            return "must be a URL without fragment";
        }

        if (url.UserInfo.Length > 0 || HasEmptyCredentials(redirectUri))
        {
            return "must not contain credentials";
        }

        return url.Scheme switch
        {
            "http" => FindHttpProblem(redirectUri, url, client, isNative),
            "https" => FindHttpsProblem(redirectUri, url),
            _ => FindPrivateUseProblem(redirectUri, client, isNative),
        };
    }

    private static string? FindHttpProblem(string redirectUri, Uri url, ClientId client, bool isNative)
    {
        // The pages of an app in development are where its metadata are.
        if (client.IsLocal && HostName.IsLoopback(url.Host))
        {
            return null;
        }

        return url.Host == "localhost" ? "must not use localhost, but 127.0.0.1 or [::1]"
            : !LoopbackRedirect.IsLoopback(redirectUri) ? "must use https"
            : !isNative ? "may lead to a loopback address only for native clients"
            : null;
    }

    private static string? FindHttpsProblem(string redirectUri, Uri url) =>
        !redirectUri.StartsWith("https://", StringComparison.Ordinal) ? "must be in its canonical form"
        : url.IsLoopback || HostName.IsLocal(url.Host) ? "must not lead to a local host"
        : null;

    // RFC 8252, section 7.1: a name under the app's control, in reverse order, and one slash.
    private static string? FindPrivateUseProblem(string redirectUri, ClientId client, bool isNative)
    {
        var scheme = redirectUri[..redirectUri.IndexOf(':', StringComparison.Ordinal)];
        return !scheme.Contains('.', StringComparison.Ordinal) ? "must be an https URL, or native a loopback URL or one of a private-use scheme"
            : !isNative ? "may have a private-use scheme only for native clients"
            : client.IsLoopback || scheme != string.Join('.', client.Url.Host.Split('.').Reverse())
                ? "must have the host of client_id in reverse order as its scheme"
            : redirectUri.AsSpan(scheme.Length + 1) is not (['/', ..] and not ['/', '/', ..]) ? "must have one slash after its private-use scheme"
            : null;
    }

    private static bool HasEmptyCredentials(string redirectUri)
    {
        var start = redirectUri.IndexOf("://", StringComparison.Ordinal);
        if (start < 0)
        {
            return false;
        }

        var rest = redirectUri.AsSpan(start + 3);
        var end = rest.IndexOfAny('/', '?');
        return (end < 0 ? rest : rest[..end]).Contains('@');
    }
}
