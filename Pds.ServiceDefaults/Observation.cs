using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Pds.ServiceDefaults;

/// <summary>Traces, metrics and logs: measured only where someone receives them, for instruments that nobody reads still cost every request.</summary>
internal static class Observation
{
    private static readonly string[] Unseen = ["/health", "/alive", "/ready", "/metrics", "/xrpc/_health"];

    // Whom a server talks to is often its clients' choice: a series for each host would grow without end.
    private static readonly MetricStreamConfiguration WithoutHost = new()
    {
        TagKeys = ["http.request.method", "http.response.status_code", "error.type", "network.protocol.version"],
    };

    /// <summary>Sends to <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> where that is set, and offers metrics to be scraped where asked to.</summary>
    /// <param name="isScraped">Whether metrics are fetched by Prometheus; see <c>UsePrometheus</c>.</param>
    public static void Add(IHostApplicationBuilder builder, bool isScraped)
    {
        var isSent = !string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        if (!isSent && !isScraped)
        {
            return;
        }

        var telemetry = builder.Services.AddOpenTelemetry().WithMetrics(metrics =>
        {
            metrics
                .AddMeter("Pds.*", "Wolverine*", "Npgsql")
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddView("http.client.*", WithoutHost)
                .AddView("dns.lookup.duration", MetricStreamConfiguration.Drop);
            if (isScraped)
            {
                metrics.AddPrometheusExporter();
            }
        });
        if (isSent)
        {
            builder.Logging.AddOpenTelemetry(logging =>
            {
                logging.IncludeFormattedMessage = true;
                logging.IncludeScopes = true;
            });
            telemetry
                .WithTracing(tracing => tracing
                    .AddSource(builder.Environment.ApplicationName, "Pds.*", "Wolverine", "Npgsql")
                    .AddAspNetCoreInstrumentation(options => options.Filter = context => !IsUnseen(context.Request.Path))
                    .AddHttpClientInstrumentation())
                .UseOtlpExporter();
        }
    }

    private static bool IsUnseen(PathString path) => Array.Exists(Unseen, unseen => path == unseen);
}
