using Microsoft.AspNetCore.Http;

namespace Pds.Xrpc;

/// <summary>Spends what every method costs, by address, before anything is looked at; only where rate limits are enabled.</summary>
internal sealed class RateLimitMiddleware(RequestDelegate next, RateLimiter limiter)
{
    private static readonly RateLimit[] Global = [RateLimit.Global];
    private static readonly RateLimit[] GetRepo = [RateLimit.GetRepo];

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments("/xrpc", StringComparison.Ordinal, out var method))
        {
            await limiter.SpendByAddressAsync(context, method == "/com.atproto.sync.getRepo" ? GetRepo : Global);
        }

        await next(context);
    }
}
