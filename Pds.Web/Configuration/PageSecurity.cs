namespace Pds.Web.Configuration;

/// <summary>Headers that keep pages to themselves: nothing foreign is loaded, no one frames them, no cache keeps them.</summary>
internal static class PageSecurity
{
    private const string Permissions =
        "publickey-credentials-get=(self), publickey-credentials-create=(self), accelerometer=(), autoplay=(), camera=(), "
        + "display-capture=(), encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), "
        + "microphone=(), midi=(), payment=(), picture-in-picture=(), screen-wake-lock=(), serial=(), usb=(), "
        + "xr-spatial-tracking=()";

    public static TBuilder WithPageSecurity<TBuilder>(this TBuilder pages) where TBuilder : IEndpointConventionBuilder
    {
        pages.Finally(endpoint =>
        {
            if (endpoint.RequestDelegate is { } page)
            {
                endpoint.RequestDelegate = context =>
                {
                    Apply(context);
                    return page(context);
                };
            }
        });
        return pages;
    }

    /// <summary>Sets the headers of a page.</summary>
    public static void Apply(HttpContext context)
    {
        var headers = context.Response.Headers;
        var branding = context.RequestServices.GetRequiredService<Branding>();
        headers.ContentSecurityPolicy = PolicyWith(branding, formTarget: null);
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.XXSSProtection = "0";
        headers.CacheControl = "no-cache, no-store";
        headers.Pragma = "no-cache";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Embedder-Policy"] = "credentialless";
        headers["Permissions-Policy"] = Permissions;
        if (branding.IsSecure)
        {
            headers.StrictTransportSecurity = AnswerSecurity.StrictTransport;
        }
    }

    /// <summary>
    /// The same for a page of a package that lays itself out with styles in its elements: they can be forged by whoever can write
    /// into the page, its script cannot.
    /// </summary>
    /// <param name="nonce">What the page's own scripts bear; null where what is sent is no page.</param>
    public static void ApplyToScripted(HttpContext context, string? nonce)
    {
        Apply(context);
        context.Response.Headers.ContentSecurityPolicy = nonce is null
            ? "default-src 'none'"
            : $"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
                + "connect-src 'self'; worker-src blob:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    }

    /// <summary>
    /// Lets the answer to a form of this page lead to an app: browsers hold <c>form-action</c> against every redirect that follows
    /// a form.
    /// </summary>
    /// <param name="origin">An origin, or a scheme with its colon.</param>
    public static void AllowFormsToLeadTo(HttpContext context, string origin) =>
        context.Response.Headers.ContentSecurityPolicy =
            PolicyWith(context.RequestServices.GetRequiredService<Branding>(), origin);

    /// <summary>
    /// Lets the box of a check against robots in. Such services cannot live with an embedder policy, as the reference found.
    /// </summary>
    public static void AllowWidget(HttpContext context, RobotWidget widget)
    {
        var headers = context.Response.Headers;
        headers.Remove("Cross-Origin-Embedder-Policy");
        headers.ContentSecurityPolicy = headers.ContentSecurityPolicy.ToString()
            .Replace("script-src 'self'", $"frame-src {widget.Sources}; script-src 'self' {widget.Sources}", StringComparison.Ordinal)
            .Replace("style-src 'self'", $"style-src 'self' {widget.Sources}", StringComparison.Ordinal)
            .Replace("connect-src 'self'", $"connect-src 'self' {widget.Sources}", StringComparison.Ordinal);
    }

    /// <summary>Lets pages of another origin show this one in a frame.</summary>
    public static void AllowFramesOf(HttpContext context, string origin)
    {
        var headers = context.Response.Headers;
        headers.XFrameOptions = default;
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        headers.ContentSecurityPolicy = headers.ContentSecurityPolicy.ToString()
            .Replace("frame-ancestors 'none'", $"frame-ancestors {origin}", StringComparison.Ordinal);
    }

    private static string PolicyWith(Branding branding, string? formTarget) =>
        $"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'{branding.ImageSources}; connect-src 'self'; "
        + $"form-action 'self'{(IsSource(formTarget) ? $" {formTarget}" : "")}; base-uri 'none'; frame-ancestors 'none'";

    private static bool IsSource(string? text) => text is { Length: > 0 } && !text.Any(character => character is <= ' ' or ';' or ',');
}
