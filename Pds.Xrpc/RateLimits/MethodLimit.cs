using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Pds.Xrpc;

/// <summary>What one call of a method costs, beside what every method does.</summary>
public sealed record MethodLimit(RateLimit[] Limits, RateLimitKey Key, int Points);

/// <summary>Spends what a method costs, when who calls and what is sent have been looked at; only where rate limits are enabled.</summary>
internal sealed class MethodLimitMiddleware(RequestDelegate next, RateLimiter limiter)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<MethodLimit>() is { } limit)
        {
            if (limit.Key == RateLimitKey.Address)
            {
                await limiter.SpendByAddressAsync(context, limit.Limits);
            }
            else if (Caller.Of(context) is { } caller)
            {
                await limiter.SpendAsync(context, limit.Limits, caller.Did, limit.Points);
            }
        }

        await next(context);
    }
}

/// <summary>Names a method's limits where it is mapped.</summary>
public static class MethodLimits
{
    /// <summary>Limits a method by the client's address.</summary>
    public static TBuilder LimitByAddress<TBuilder>(this TBuilder builder, RateLimit[] limits)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new MethodLimit(limits, RateLimitKey.Address, 1));

    /// <summary>Limits a method by the account that calls it.</summary>
    public static TBuilder LimitByCaller<TBuilder>(this TBuilder builder, RateLimit[] limits, int points = 1)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new MethodLimit(limits, RateLimitKey.Caller, points));
}
