using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Http.Resilience;
using Pds.ServiceDefaults;

namespace Microsoft.Extensions.Hosting;

/// <summary>What every service of the solution has: telemetry, health, service discovery, resilience.</summary>
public static class Extensions
{
    private const string HealthPath = "/health";
    private const string ReadyPath = "/ready";
    private const string AlivePath = "/alive";
    private const string LiveTag = "live";

    // Of Aspire's Redis client and of its stand-in.
    private const string RedisHealthCheck = "StackExchange.Redis";

    // Who probes does not wait longer.
    private static readonly TimeSpan CheckTime = TimeSpan.FromSeconds(3);

    /// <param name="isScraped">Whether Prometheus fetches the metrics: see <see cref="UsePrometheus"/>.</param>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder, bool isScraped = false)
        where TBuilder : IHostApplicationBuilder
    {
        Observation.Add(builder, isScraped);
        builder.Services.AddHealthChecks()
            .AddCheck("self", () => HealthCheckResult.Healthy(), [LiveTag]);

        builder.Services.PostConfigure<HealthCheckServiceOptions>(options =>
        {
            foreach (var check in options.Registrations)
            {
                check.Timeout = CheckTime;
                if (check.Name == RedisHealthCheck)
                {
                    // It holds only what may be lost: without it the server is slower, not unwell.
                    check.FailureStatus = HealthStatus.Degraded;
                }
            }
        });

        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(http =>
        {
            // What has an effect is not sent twice.
            http.AddStandardResilienceHandler(options => options.Retry.DisableForUnsafeHttpMethods());
            http.AddServiceDiscovery();
        });
        return builder;
    }

    /// <summary>
    /// Serves <c>/alive</c>, whether the process answers at all, and <c>/ready</c>, whether to send requests to it: not while it
    /// migrates, for it does not listen then, not without the database, not when it is about to stop. <c>/health</c> says the same.
    /// </summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        app.MapHealthChecks(HealthPath).DisableRateLimiting();
        app.MapHealthChecks(ReadyPath).DisableRateLimiting();
        app.MapHealthChecks(AlivePath, new HealthCheckOptions { Predicate = check => check.Tags.Contains(LiveTag) }).DisableRateLimiting();
        return app;
    }

    /// <summary>Answers with the metrics in Prometheus' format where the condition holds. Only after <c>AddServiceDefaults</c> with <c>isScraped</c>.</summary>
    public static IApplicationBuilder UsePrometheus(this IApplicationBuilder app, Func<HttpContext, bool> condition) =>
        app.UseOpenTelemetryPrometheusScrapingEndpoint(condition);
}
