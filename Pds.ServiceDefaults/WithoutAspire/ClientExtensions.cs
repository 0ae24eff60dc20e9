using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using StackExchange.Redis;

namespace Microsoft.Extensions.Hosting;

/// <summary>The client integrations of Aspire by the same names, for builds without its packages.</summary>
public static class ClientExtensions
{
    /// <summary>Registers an <see cref="NpgsqlDataSource"/> and the health check <c>PostgreSql</c>.</summary>
    public static void AddNpgsqlDataSource(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<NpgsqlDataSourceBuilder>? configureDataSourceBuilder = null)
    {
        builder.Services.AddNpgsqlDataSource(
            Required(builder, connectionName), source => configureDataSourceBuilder?.Invoke(source));
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            "PostgreSql", services => new PostgresHealthCheck(services.GetRequiredService<NpgsqlDataSource>()), null, null));
    }

    /// <summary>
    /// Registers an <see cref="IConnectionMultiplexer"/>, which is there even while Redis is not, and the health check
    /// <c>StackExchange.Redis</c>.
    /// </summary>
    public static void AddRedisClient(
        this IHostApplicationBuilder builder, string connectionName, Action<ConfigurationOptions>? configureOptions = null)
    {
        var options = ConfigurationOptions.Parse(Required(builder, connectionName));
        options.AbortOnConnectFail = false;
        configureOptions?.Invoke(options);
        builder.Services.AddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect(options));
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            "StackExchange.Redis", services => new RedisHealthCheck(services.GetRequiredService<IConnectionMultiplexer>()), null, null));
    }

    private static string Required(IHostApplicationBuilder builder, string connectionName) =>
        builder.Configuration.GetConnectionString(connectionName) is { Length: > 0 } connection
            ? connection
            : throw new InvalidOperationException($"ConnectionStrings__{connectionName} is required.");
}
