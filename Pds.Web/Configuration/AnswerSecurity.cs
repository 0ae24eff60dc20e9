using Pds.Xrpc;

namespace Pds.Web.Configuration;

/// <summary>
/// Headers of every answer, whoever makes it: what it says it is, it is; as a page it can do nothing; and over TLS it stays there.
/// Pages say more, in <see cref="PageSecurity"/>.
/// </summary>
internal static class AnswerSecurity
{
    public const string StrictTransport = "max-age=63072000";

    private const string Nothing = "default-src 'none'; frame-ancestors 'none'";

    public static void UseAnswerSecurity(this WebApplication app)
    {
        var isSecure = app.Services.GetRequiredService<ServiceOptions>().PublicUrl.StartsWith("https:", StringComparison.Ordinal);
        app.Use((context, next) =>
        {
            var headers = context.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers.ContentSecurityPolicy = Nothing;
            if (isSecure)
            {
                headers.StrictTransportSecurity = StrictTransport;
            }

            return next(context);
        });
    }
}
