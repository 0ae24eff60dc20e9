using System.Reflection;
using Npgsql;

namespace Pds.ServiceDefaults;

/// <summary>
/// Brings the database to what the modules expect: each module's embedded <c>Storage/Migrations/*.sql</c> in order of their
/// names, each once, noted in <c>&lt;schema&gt;.migration</c>. Replicas that start together wait for one another.
/// </summary>
public static class MigrationRunner
{
    private const long LockKey = 0x5044_5320_4D49_4752;

    public static async Task RunAsync(
        NpgsqlDataSource database, IEnumerable<Assembly> modules, CancellationToken cancellationToken = default)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, $"SELECT pg_advisory_lock({LockKey})", cancellationToken);
        try
        {
            foreach (var module in modules)
            {
                await MigrateAsync(connection, module, cancellationToken);
            }
        }
        finally
        {
            await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({LockKey})", CancellationToken.None);
        }
    }

    private static async Task MigrateAsync(NpgsqlConnection connection, Assembly module, CancellationToken cancellationToken)
    {
        var name = module.GetName().Name!;
        var prefix = $"{name}.Storage.Migrations.";
        var schema = name[(name.LastIndexOf('.') + 1)..].ToLowerInvariant();
        var scripts = module.GetManifestResourceNames()
            .Where(resource => resource.StartsWith(prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .ToArray();
        if (scripts.Length == 0)
        {
            return;
        }

        await ExecuteAsync(
            connection,
            $"""
            CREATE SCHEMA IF NOT EXISTS {schema};
            CREATE TABLE IF NOT EXISTS {schema}.migration (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())
            """,
            cancellationToken);
        var applied = await ReadAppliedAsync(connection, schema, cancellationToken);
        foreach (var script in scripts)
        {
            var file = script[prefix.Length..];
            if (!applied.Contains(file))
            {
                await ApplyAsync(connection, schema, file, await ReadAsync(module, script, cancellationToken), cancellationToken);
            }
        }
    }

    private static async Task ApplyAsync(
        NpgsqlConnection connection, string schema, string file, string sql, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, sql, cancellationToken);
        await using var note = new NpgsqlCommand($"INSERT INTO {schema}.migration (name) VALUES ($1)", connection);
        note.Parameters.AddWithValue(file);
        await note.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task<HashSet<string>> ReadAppliedAsync(
        NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        await using var command = new NpgsqlCommand($"SELECT name FROM {schema}.migration", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            names.Add(reader.GetString(0));
        }

        return names;
    }

    private static async Task<string> ReadAsync(Assembly module, string resource, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(module.GetManifestResourceStream(resource)!);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
