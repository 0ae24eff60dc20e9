using Pds.Xrpc;

namespace Pds.Web.Security;

/// <summary>
/// What keeps pages to themselves: nothing foreign is loaded, no script of a page's own text runs, no one frames them, and no
/// one else posts to them.
/// </summary>
internal static class PageSecurity
{
    public static TBuilder WithPageSecurity<TBuilder>(this TBuilder pages) where TBuilder : IEndpointConventionBuilder
    {
        pages.Finally(endpoint =>
        {
            if (endpoint.RequestDelegate is { } page)
            {
                endpoint.RequestDelegate = context => ServeAsync(context, page);
            }
        });
        return pages;
    }

    /// <summary>Lets the forms of this answer lead, by a redirect, to where an app waits.</summary>
    /// <param name="origin">An origin, or a scheme with its colon.</param>
    public static void AllowFormTarget(HttpContext context, string origin) =>
        context.Response.Headers.ContentSecurityPolicy = Policy(origin);

    private static Task ServeAsync(HttpContext context, RequestDelegate page)
    {
        var service = context.RequestServices.GetRequiredService<ServiceOptions>();
        Apply(context.Response.Headers, service);
        if (HttpMethods.IsPost(context.Request.Method) && !IsFromHere(context.Request, service.PublicUrl))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return context.Response.WriteAsync("This form was not sent from a page of this server.", context.RequestAborted);
        }

        return page(context);
    }

    // Browsers that do not say where a form comes from still need its token.
    private static bool IsFromHere(HttpRequest request, string origin) =>
        (request.Headers.Origin.Count == 0 || request.Headers.Origin == origin)
        && (request.Headers["Sec-Fetch-Site"].Count == 0 || request.Headers["Sec-Fetch-Site"] == "same-origin");

    private static void Apply(IHeaderDictionary headers, ServiceOptions service)
    {
        headers.ContentSecurityPolicy = Policy(null);
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.XXSSProtection = "0";
        headers.CacheControl = "no-cache, no-store";
        headers.Pragma = "no-cache";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Embedder-Policy"] = "credentialless";
        headers["Permissions-Policy"] =
            "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), "
            + "payment=(), usb=(), publickey-credentials-create=(self), publickey-credentials-get=(self)";
        if (service.PublicUrl.StartsWith("https:", StringComparison.Ordinal))
        {
            headers.StrictTransportSecurity = "max-age=63072000";
        }
    }

    private static string Policy(string? formTarget) =>
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: data:; connect-src 'self'; "
        + $"form-action 'self'{(formTarget is null ? "" : " " + formTarget)}; base-uri 'none'; frame-ancestors 'none'";
}
