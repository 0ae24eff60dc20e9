using Microsoft.Extensions.Configuration.Memory;

namespace Pds.Web.Configuration;

/// <summary>What is worth a line: the server's own words, and of the libraries their warnings. <c>Logging__LogLevel__*</c> overrides.</summary>
internal static class LogDefaults
{
    private static readonly string[] Quiet =
        ["Microsoft", "System", "Npgsql", "Wolverine", "JasperFx", "OpenIddict", "StackExchange"];

    public static WebApplicationBuilder AddLogDefaults(this WebApplicationBuilder builder)
    {
        var own = LevelOf(builder.Configuration["LOG_LEVEL"]);
        var quiet = own > LogLevel.Warning ? own : LogLevel.Warning;
        var levels = Quiet.ToDictionary(category => $"Logging:LogLevel:{category}", string? (_) => quiet.ToString());
        levels["Logging:LogLevel:Default"] = own.ToString();
        levels["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = own.ToString();

        if (!ShowScopes(builder.Configuration))
        {
            // This category adds to every line which request it belongs to, and makes an activity of each request for it. Lines of
            // plain text show neither.
            levels["Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics"] = nameof(LogLevel.None);
        }

        // A message that is refused or fails is its sender's to judge; it would be logged twice, with all that is in it.
        levels["Logging:LogLevel:Pds.Contracts"] = nameof(LogLevel.None);

        // In front of all other sources, so that each of them wins.
        ((IConfigurationBuilder)builder.Configuration).Sources.Insert(0, new MemoryConfigurationSource { InitialData = levels });
        return builder;
    }

    private static bool ShowScopes(ConfigurationManager configuration) =>
        configuration["PDS_LOG_FORMAT"] == "json" || !string.IsNullOrWhiteSpace(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);

    // The reference server's names.
    private static LogLevel LevelOf(string? name) => name?.ToLowerInvariant() switch
    {
        "trace" => LogLevel.Trace,
        "debug" => LogLevel.Debug,
        "warn" => LogLevel.Warning,
        "error" => LogLevel.Error,
        "fatal" => LogLevel.Critical,
        "silent" => LogLevel.None,
        _ => LogLevel.Information,
    };
}
