using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pds.ServiceDefaults;

namespace Pds.Cli.Doctor;

/// <summary>How Postgres is: version, durability, connections, replication, waits, and whether its tables are this server's.</summary>
internal sealed class DatabaseExamination : IExamination
{
    private const int OldestVersion = 150000;
    private const long MuchWal = 4L << 30;

    public string Name => "database";

    public async IAsyncEnumerable<Symptom> ExamineAsync(Patient patient, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (patient.Parts?.Services.GetRequiredService<NpgsqlDataSource>() is not { } source)
        {
            yield break;
        }

        NpgsqlConnection? connection = null;
        Symptom? failed = null;
        try
        {
            connection = await source.OpenConnectionAsync(cancellationToken);
        }
        catch (NpgsqlException failure)
        {
            failed = Symptom.Fail($"it cannot be reached: {failure.Message}", "Start Postgres, or correct ConnectionStrings__pdsdb.");
        }

        if (failed is not null)
        {
            yield return failed;
            yield break;
        }

        await using (connection!)
        {
            yield return await LookAtVersionAsync(connection!, cancellationToken);
            yield return await LookAtDurabilityAsync(connection!, cancellationToken);
            yield return await LookAtConnectionsAsync(connection!, cancellationToken);
            await foreach (var symptom in LookAtSlotsAsync(connection!, cancellationToken))
            {
                yield return symptom;
            }

            yield return await LookAtWaitsAsync(connection!, cancellationToken);
        }

        yield return await LookAtMigrationsAsync(patient, cancellationToken);
    }

    private static async Task<Symptom> LookAtVersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var row = await ReadAsync(
            connection,
            "SELECT current_setting('server_version_num')::bigint, current_setting('server_version'), pg_size_pretty(pg_database_size(current_database()))",
            cancellationToken);
        return (long)row[0] < OldestVersion
            ? Symptom.Fail($"Postgres {row[1]} is too old", "Upgrade it to 15 or newer.")
            : Symptom.Ok($"Postgres {row[1]}, a database of {row[2]}");
    }

    private static async Task<Symptom> LookAtDurabilityAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var row = await ReadAsync(
            connection, "SELECT current_setting('fsync'), current_setting('synchronous_commit'), current_setting('full_page_writes')", cancellationToken);
        return Array.Exists(row, value => value is "off")
            ? Symptom.Fail("it does not wait for the disk: what was written can be lost", "Set fsync, synchronous_commit and full_page_writes to on.")
            : Symptom.Ok("what is written is on disk");
    }

    private static async Task<Symptom> LookAtConnectionsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var row = await ReadAsync(
            connection, "SELECT count(*), current_setting('max_connections')::bigint FROM pg_stat_activity WHERE backend_type = 'client backend'",
            cancellationToken);
        var (used, most) = ((long)row[0], (long)row[1]);
        var text = $"{used} of {most} connections are in use";
        return used * 10 > most * 8
            ? Symptom.Warn(text, "Raise max_connections, or lower Maximum Pool Size in ConnectionStrings__pdsdb of each server.")
            : Symptom.Ok(text);
    }

    private static async IAsyncEnumerable<Symptom> LookAtSlotsAsync(
        NpgsqlConnection connection, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT slot_name::text, active, coalesce(pg_wal_lsn_diff(
                CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn() ELSE pg_current_wal_lsn() END, restart_lsn), 0)::bigint
            FROM pg_replication_slots
            """,
            connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var (name, kept) = (reader.GetString(0), reader.GetInt64(2));
            var text = string.Create(CultureInfo.InvariantCulture, $"the replication slot {name} holds {kept / (double)(1 << 20):N0} MB of log");
            yield return !reader.GetBoolean(1) || kept > MuchWal
                ? Symptom.Warn(
                    $"{text}{(reader.GetBoolean(1) ? "" : ", and nobody reads it")}",
                    $"Bring its reader back, or SELECT pg_drop_replication_slot('{name}'): the log it holds fills the disk.")
                : Symptom.Ok(text);
        }
    }

    private static async Task<Symptom> LookAtWaitsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var row = await ReadAsync(
            connection,
            """
            SELECT count(*) FILTER (WHERE wait_event_type = 'Lock' AND now() - query_start > interval '5 seconds'),
                count(*) FILTER (WHERE state = 'idle in transaction' AND now() - state_change > interval '5 minutes')
            FROM pg_stat_activity WHERE datname = current_database()
            """,
            cancellationToken);
        var (waiting, idle) = ((long)row[0], (long)row[1]);
        return waiting > 0 ? Symptom.Warn($"{waiting} statements wait for a lock", "SELECT pid, pg_blocking_pids(pid), query FROM pg_stat_activity shows who holds it.")
            : idle > 0 ? Symptom.Warn($"{idle} transactions stand open for minutes", "SELECT pid, application_name FROM pg_stat_activity WHERE state = 'idle in transaction' shows whose; pg_terminate_backend ends it.")
            : Symptom.Ok("nothing waits for a lock");
    }

    private static async Task<Symptom> LookAtMigrationsAsync(Patient patient, CancellationToken cancellationToken)
    {
        try
        {
            var pending = await patient.Parts!.ListPendingMigrationsAsync(cancellationToken);
            return pending.Count == 0
                ? Symptom.Ok("its tables are this version's")
                : Symptom.Warn($"its tables are of an older version: {string.Join(", ", pending)} is to come", "Start the server: it brings them up to date.");
        }
        catch (MigrationException failure)
        {
            return Symptom.Fail(failure.Message, "Run the version that the tables were made for.");
        }
    }

    private static async Task<object[]> ReadAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var row = new object[reader.FieldCount];
        reader.GetValues(row);
        return row;
    }
}
