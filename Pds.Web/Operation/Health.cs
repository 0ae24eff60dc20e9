using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Pds.Web.Operation;

/// <summary>One thing that the server stands on.</summary>
/// <param name="Name">As people call it.</param>
/// <param name="Detail">What is wrong, or how long it took to see that nothing is.</param>
internal sealed record HealthLine(string Name, HealthStatus Status, string Detail);

/// <summary>Looks at what the server stands on, the same as <c>/health</c> does.</summary>
internal sealed class Health(HealthCheckService checks)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    public async Task<IReadOnlyList<HealthLine>> CheckAsync(CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(Limit);
        try
        {
            var report = await checks.CheckHealthAsync(limited.Token);
            return [.. report.Entries.Where(entry => entry.Key != "self").Select(entry => new HealthLine(
                NameOf(entry.Key), entry.Value.Status,
                entry.Value.Exception?.Message ?? entry.Value.Description ?? $"answered in {entry.Value.Duration.TotalMilliseconds:0.0} ms"))];
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [new HealthLine("Health checks", HealthStatus.Unhealthy, "no answer in time")];
        }
    }

    // Aspire's names and those of their stand-ins.
    private static string NameOf(string check) => check switch
    {
        _ when check.Contains("Redis", StringComparison.OrdinalIgnoreCase) => "Redis",
        _ when check.Contains("PostgreSql", StringComparison.OrdinalIgnoreCase) || check.Contains("Npgsql", StringComparison.OrdinalIgnoreCase) => "Postgres",
        _ => check,
    };
}
