using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Pds.Xrpc;

/// <summary>Not ready is who is about to leave.</summary>
internal sealed class ReadyCheck(Drain drain) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
        Task.FromResult(drain.HasBegun ? HealthCheckResult.Unhealthy("The server is stopping") : HealthCheckResult.Healthy());
}
