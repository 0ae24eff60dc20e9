using Microsoft.Extensions.Configuration.Memory;

namespace Pds.Web.Configuration;

/// <summary>What is worth a line: the server's own words, and of the libraries their warnings. <c>Logging__LogLevel__*</c> overrides.</summary>
internal static class LogDefaults
{
    private static readonly string[] Quiet =
        ["Microsoft", "System", "Npgsql", "Wolverine", "JasperFx", "OpenIddict", "StackExchange"];

    public static WebApplicationBuilder AddLogDefaults(this WebApplicationBuilder builder)
    {
        var levels = Quiet.ToDictionary(category => $"Logging:LogLevel:{category}", string? (_) => nameof(LogLevel.Warning));
        levels["Logging:LogLevel:Default"] = LevelOf(builder.Configuration["LOG_LEVEL"]);
        levels["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = nameof(LogLevel.Information);

        // A message that is refused or fails is its sender's to judge; it would be logged twice, with all that is in it.
        levels["Logging:LogLevel:Pds.Contracts"] = nameof(LogLevel.None);

        // In front of all other sources, so that each of them wins.
        ((IConfigurationBuilder)builder.Configuration).Sources.Insert(0, new MemoryConfigurationSource { InitialData = levels });
        return builder;
    }

    // The reference server's names.
    private static string LevelOf(string? name) => name?.ToLowerInvariant() switch
    {
        "trace" => nameof(LogLevel.Trace),
        "debug" => nameof(LogLevel.Debug),
        "warn" => nameof(LogLevel.Warning),
        "error" => nameof(LogLevel.Error),
        "fatal" => nameof(LogLevel.Critical),
        "silent" => nameof(LogLevel.None),
        _ => nameof(LogLevel.Information),
    };
}
