using Microsoft.Extensions.Logging;
using Npgsql;

namespace Pds.ServiceDefaults;

/// <summary>
/// Brings the database to what the modules expect: forward only, each step once and in a transaction of its own, noted in
/// <c>&lt;schema&gt;.migration</c>. Servers that start together take turns, step by step. Others may be serving meanwhile: a step
/// that does not get a lock soon steps back and tries again, so that nobody queues behind it for long.
/// </summary>
internal sealed partial class MigrationRunner(
    NpgsqlDataSource database, IEnumerable<SchemaMigrations> schemas, TimeProvider time, ILogger<MigrationRunner> logger)
{
    private const long LockKey = 0x5044_5320_4D49_4752;

    // What waits for a lock makes all wait that come after it, be they only reading.
    private const string LockTimeout = "SET LOCAL lock_timeout = '1s'";

    // Longer than any transaction of this server takes; a dump of the database may take hours, and then a person has to choose.
    private const int MaxAttempts = 120;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <param name="versions">How far to go in each schema; to the end when null.</param>
    public async Task RunAsync(IReadOnlyDictionary<string, int>? versions, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        foreach (var schema in schemas.Where(schema => !schema.IsEmpty))
        {
            var last = versions is null ? int.MaxValue : versions.GetValueOrDefault(schema.Schema);
            while (await ApplyNextPatientlyAsync(connection, schema, last, cancellationToken) is { } migration)
            {
                Log.Applied(logger, schema.Schema, migration.Name);
            }
        }
    }

    public async Task<List<string>> ListPendingAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var pending = new List<string>();
        foreach (var schema in schemas.Where(schema => !schema.IsEmpty))
        {
            if (schema.FindNext(await ReadAppliedAsync(connection, schema.Schema, cancellationToken)) is { } next)
            {
                pending.Add($"{schema.Schema} {next.Name}");
            }
        }

        return pending;
    }

    private async Task<Migration?> ApplyNextPatientlyAsync(
        NpgsqlConnection connection, SchemaMigrations schema, int last, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await ApplyNextAsync(connection, schema, last, cancellationToken);
            }
            catch (MigrationException failure) when (attempt < MaxAttempts && IsWorthAnotherTry(failure))
            {
                Log.Waiting(logger, failure.Message);
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    // Locks that others hold, or a deadlock with what they do in another order.
    private static bool IsWorthAnotherTry(MigrationException failure) => failure.InnerException is PostgresException
    {
        SqlState: PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected,
    };

    private static async Task<Migration?> ApplyNextAsync(
        NpgsqlConnection connection, SchemaMigrations schema, int last, CancellationToken cancellationToken)
    {
        // The lock ends with the transaction, so it holds behind a pooler that shares sessions, too.
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock({LockKey})", cancellationToken);
        if (schema.FindNext(await ReadAppliedAsync(connection, schema.Schema, cancellationToken)) is not { } migration
            || migration.Version > last)
        {
            return null;
        }

        try
        {
            await ExecuteAsync(connection, LockTimeout, cancellationToken);
            await ExecuteAsync(connection, migration.Sql, cancellationToken);
        }
        catch (PostgresException fault)
        {
            throw new MigrationException($"The migration {migration} of the schema {schema.Schema} failed: {fault.MessageText}", fault);
        }

        await NoteAsync(connection, schema.Schema, migration, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return migration;
    }

    // Looked for before it is made: a role that may not create schemas can still run a server whose database is up to date.
    private static async Task<List<(int Version, string Name, string Checksum)>> ReadAppliedAsync(
        NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        var applied = new List<(int, string, string)>();
        await using var find = new NpgsqlCommand("SELECT to_regclass($1) IS NOT NULL", connection);
        find.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"{schema}.migration" });
        if (await find.ExecuteScalarAsync(cancellationToken) is not true)
        {
            return applied;
        }

        await using var read = new NpgsqlCommand($"SELECT version, name, checksum FROM {schema}.migration ORDER BY version", connection);
        await using var reader = await read.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            applied.Add((reader.GetInt32(0), reader.GetString(1), reader.GetString(2)));
        }

        return applied;
    }

    private static async Task NoteAsync(
        NpgsqlConnection connection, string schema, Migration migration, CancellationToken cancellationToken)
    {
        await ExecuteAsync(
            connection,
            $"""
            CREATE TABLE IF NOT EXISTS {schema}.migration (
                version    int PRIMARY KEY,
                name       text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now(),
                checksum   text NOT NULL)
            """,
            cancellationToken);
        await using var note = new NpgsqlCommand(
            $"INSERT INTO {schema}.migration (version, name, checksum) VALUES ($1, $2, $3)", connection);
        note.Parameters.Add(new NpgsqlParameter<int> { TypedValue = migration.Version });
        note.Parameters.Add(new NpgsqlParameter<string> { TypedValue = migration.Name });
        note.Parameters.Add(new NpgsqlParameter<string> { TypedValue = migration.Checksum });
        await note.ExecuteNonQueryAsync(cancellationToken);
    }

    // Without a time limit: another server may be at a long migration, and ours may be one.
    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Migrated {Schema} to {Migration}")]
        public static partial void Applied(ILogger logger, string schema, string migration);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Others hold what a migration needs; trying again: {Reason}")]
        public static partial void Waiting(ILogger logger, string reason);
    }
}
