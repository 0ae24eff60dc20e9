namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>Where a browser goes from here.</summary>
internal static class RedirectUri
{
    /// <summary>The target as a source of <c>form-action</c>: an origin, or a scheme with its colon.</summary>
    public static string OriginOf(string redirectUri)
    {
        var uri = new Uri(redirectUri, UriKind.Absolute);
        return uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp
            ? uri.GetLeftPart(UriPartial.Authority)
            : $"{uri.Scheme}:";
    }
}
