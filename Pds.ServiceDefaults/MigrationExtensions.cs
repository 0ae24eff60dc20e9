using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Pds.ServiceDefaults;

/// <summary>Migrations of the database: registered by the host for each module, run before it listens.</summary>
public static class MigrationExtensions
{
    /// <summary>
    /// Registers the embedded <c>Storage/Migrations/NNNN_name.sql</c> of an assembly as the steps of a schema, numbered from 1
    /// without gaps. Schemas are migrated in the order of registration. The first step has to create its schema.
    /// </summary>
    public static TBuilder AddMigrations<TBuilder>(this TBuilder builder, string schema, Assembly assembly)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.AddSingleton(new SchemaMigrations(schema, assembly));
        return builder;
    }

    /// <summary>Brings the database up to date, or waits until another server has.</summary>
    /// <exception cref="MigrationException">A step failed or was changed, or the database is newer than this server.</exception>
    public static Task MigrateAsync(this IHost host, CancellationToken cancellationToken = default) =>
        RunnerOf(host).RunAsync(null, cancellationToken);

    /// <summary>Brings an empty database to an earlier state, for what was saved of it.</summary>
    /// <param name="versions">How far to go in each schema; those that are not named stay away.</param>
    /// <exception cref="MigrationException">A step failed, or this server does not know that version.</exception>
    public static Task MigrateAsync(this IHost host, IReadOnlyDictionary<string, int> versions, CancellationToken cancellationToken = default) =>
        RunnerOf(host).RunAsync(versions, cancellationToken);

    /// <summary>The steps that <see cref="MigrateAsync(IHost, CancellationToken)"/> would take, in words.</summary>
    /// <exception cref="MigrationException">The database went another way, or is newer than this server.</exception>
    public static Task<List<string>> ListPendingMigrationsAsync(this IHost host, CancellationToken cancellationToken = default) =>
        RunnerOf(host).ListPendingAsync(cancellationToken);

    private static MigrationRunner RunnerOf(IHost host) => new(
        host.Services.GetRequiredService<NpgsqlDataSource>(),
        host.Services.GetServices<SchemaMigrations>(),
        host.Services.GetService<TimeProvider>() ?? TimeProvider.System,
        host.Services.GetRequiredService<ILogger<MigrationRunner>>());
}
