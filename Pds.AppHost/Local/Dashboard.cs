using Pds.LocalServices;

namespace Pds.AppHost.Local;

/// <summary>
/// Aspire's dashboard, which shows logs, traces and metrics: where its program is on this machine. <c>ASPIRE_MANAGED_PATH</c>
/// names it; a name that leads nowhere does without it.
/// </summary>
internal sealed class Dashboard
{
    public const string HowToGet =
        "none found. Install the Aspire CLI (https://aspire.dev), then run: aspire setup";

    private readonly string _program;

    private Dashboard(string program)
    {
        _program = program;
        Url = WithFreePort(First(Environment.GetEnvironmentVariable("ASPNETCORE_URLS")), 15150);
        OtlpUrl = WithFreePort(First(Environment.GetEnvironmentVariable("ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL")), 19150);
    }

    /// <summary>For people.</summary>
    public Uri Url { get; }

    /// <summary>For telemetry, by gRPC.</summary>
    public Uri OtlpUrl { get; }

    /// <summary>Null where its program is not to be found.</summary>
    public static Dashboard? Find() => Candidates().FirstOrDefault(File.Exists) is { } program ? new Dashboard(program) : null;

    public void Start(Children children) => children.Start(
        _program,
        ["dashboard"],
        Path.GetDirectoryName(_program)!,
        new Dictionary<string, string?>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ASPNETCORE_URLS"] = Url.ToString(),
            ["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = OtlpUrl.ToString(),
            ["ASPIRE_DASHBOARD_UNSECURED_ALLOW_ANONYMOUS"] = "true",
            ["Logging__LogLevel__Default"] = "Error",

            // Of Aspire's own host, which is not here.
            ["ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"] = null,
        });

    /// <summary>What Aspire tells a service of it.</summary>
    public Dictionary<string, string?> Telemetry(string service) => new()
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = OtlpUrl.ToString(),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc",
        ["OTEL_SERVICE_NAME"] = service,
        ["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={Guid.NewGuid():N}",
        ["OTEL_BLRP_SCHEDULE_DELAY"] = "1000",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "1000",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "1000",
        ["OTEL_TRACES_SAMPLER"] = "always_on",
        ["OTEL_METRICS_EXEMPLAR_FILTER"] = "trace_based",
        ["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"] = "in_memory",
    };

    private static IEnumerable<string> Candidates()
    {
        var program = OperatingSystem.IsWindows() ? "aspire-managed.exe" : "aspire-managed";
        if (Environment.GetEnvironmentVariable("ASPIRE_MANAGED_PATH") is { Length: > 0 } set)
        {
            yield return set;
            yield break;
        }

        foreach (var layout in new[]
        {
            Environment.GetEnvironmentVariable("ASPIRE_LAYOUT_PATH"),
            Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".aspire"),
        })
        {
            if (!string.IsNullOrEmpty(layout))
            {
                yield return Path.Combine(layout, "managed", program);
                yield return Path.Combine(layout, "bundle", "managed", program);
            }
        }

        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
        {
            yield return Path.Combine(folder, program);
        }
    }

    private static string? First(string? urls) => urls?.Split(';')[0];

    private static Uri WithFreePort(string? url, int port)
    {
        var builder = new UriBuilder(string.IsNullOrEmpty(url) ? $"http://localhost:{port}" : url);
        builder.Port = LoopbackPort.Prefer(builder.Port);
        return builder.Uri;
    }
}
