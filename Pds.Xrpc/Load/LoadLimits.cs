using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;

namespace Pds.Xrpc;

/// <summary>
/// Turns away what this server cannot get done in time, while it is still cheap to do so: a bounded number of requests of each
/// class is worked on, as many wait, and the rest are told to come back. Endpoints without limits, such as health and the event
/// stream, say so by <c>DisableRateLimiting</c>.
/// </summary>
internal static class LoadLimits
{
    public static void Apply(RateLimiterOptions limiter, LoadOptions options)
    {
        limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, LoadClass>(context =>
            context.GetEndpoint()?.Metadata.GetMetadata<LoadNote>()?.Class switch
            {
                LoadClass.Transfer => Limit(LoadClass.Transfer, options.MaxRequests),
                LoadClass.Export => Limit(LoadClass.Export, options.MaxExports),
                _ => Limit(LoadClass.Short, options.MaxRequests),
            });
        limiter.OnRejected = static (rejected, _) => throw XrpcErrors.Overloaded(rejected.HttpContext);
    }

    private static RateLimitPartition<LoadClass> Limit(LoadClass load, int most) => RateLimitPartition.GetConcurrencyLimiter(
        load,
        _ => new ConcurrencyLimiterOptions { PermitLimit = most, QueueLimit = most, QueueProcessingOrder = QueueProcessingOrder.OldestFirst });
}
