namespace Pds.Web.Configuration;

/// <summary>Headers that keep pages to themselves: nothing foreign is loaded, no script runs, no one frames them.</summary>
internal static class PageSecurity
{
    public static TBuilder WithPageSecurity<TBuilder>(this TBuilder pages) where TBuilder : IEndpointConventionBuilder
    {
        pages.Finally(endpoint =>
        {
            if (endpoint.RequestDelegate is { } page)
            {
                endpoint.RequestDelegate = context =>
                {
                    Apply(context.Response.Headers);
                    return page(context);
                };
            }
        });
        return pages;
    }

    private static void Apply(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'self'; img-src 'self' https: data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
    }
}
