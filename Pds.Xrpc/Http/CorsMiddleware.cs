using Microsoft.AspNetCore.Http;

namespace Pds.Xrpc;

/// <summary>
/// Lets any web page call any method: tokens are not cookies, so there is nothing to protect by origin. The OAuth endpoints
/// and the account pages speak for themselves.
/// </summary>
internal sealed class CorsMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (IsExempt(context.Request.Path))
        {
            return next(context);
        }

        var headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = "*";
        if (!HttpMethods.IsOptions(context.Request.Method))
        {
            headers.AccessControlExposeHeaders = "DPoP-Nonce, WWW-Authenticate, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, RateLimit-Policy, Retry-After, Atproto-Repo-Rev, Atproto-Content-Labelers, Atproto-Upstream-Lag";
            return next(context);
        }

        headers.AccessControlAllowMethods = "GET,HEAD,PUT,PATCH,POST,DELETE";
        headers.AccessControlAllowHeaders = context.Request.Headers.AccessControlRequestHeaders is { Count: > 0 } asked ? asked : "*";
        headers.AccessControlMaxAge = "86400";
        headers.Vary = "Access-Control-Request-Headers";
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static bool IsExempt(PathString path) =>
        path.StartsWithSegments("/oauth", StringComparison.Ordinal)
        || path.StartsWithSegments("/account", StringComparison.Ordinal);
}
