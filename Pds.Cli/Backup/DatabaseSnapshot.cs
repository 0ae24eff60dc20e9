using System.Data;
using System.Globalization;
using Npgsql;

namespace Pds.Cli.Backup;

/// <summary>All tables of the modules as they were at one moment, while servers go on writing.</summary>
internal sealed class DatabaseSnapshot : IAsyncDisposable
{
    // Each module keeps its migrations in its own schema.
    private const string Schemas = "(SELECT relnamespace FROM pg_class WHERE relname = 'migration' AND relkind = 'r')";

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _moment;

    private DatabaseSnapshot(NpgsqlConnection connection, NpgsqlTransaction moment) => (_connection, _moment) = (connection, moment);

    public static async Task<DatabaseSnapshot> OpenAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        var moment = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var snapshot = new DatabaseSnapshot(connection, moment);

        // The first statement is the moment.
        await snapshot.ReadAsync("SELECT 1", static _ => 0, cancellationToken);
        return snapshot;
    }

    /// <summary>The number of the newest event.</summary>
    public async Task<long> ReadLastSeqAsync(CancellationToken cancellationToken) => (await ReadAsync(
        "SELECT greatest((SELECT max(seq) FROM repo.event), (SELECT floor FROM repo.sequencer))",
        static row => row.GetInt64(0), cancellationToken))[0];

    /// <summary>How far each schema is.</summary>
    public async Task<Dictionary<string, int>> ReadMigrationsAsync(CancellationToken cancellationToken)
    {
        var migrations = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var schema in await ReadAsync(
            $"SELECT nspname::text FROM pg_namespace WHERE oid IN {Schemas} ORDER BY 1", static row => row.GetString(0), cancellationToken))
        {
            migrations[schema] = (await ReadAsync($"SELECT max(version) FROM {schema}.migration", static row => row.GetInt32(0), cancellationToken))[0];
        }

        return migrations;
    }

    /// <summary>The tables, those first that others refer to.</summary>
    public async Task<List<(string Schema, string Name, string[] Columns, string[] Key)>> ListTablesAsync(CancellationToken cancellationToken)
    {
        var tables = await ReadAsync(
            $"""
            SELECT c.oid, n.nspname::text, c.relname::text,
                ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
                    AND attgenerated = '' ORDER BY attnum),
                ARRAY(SELECT a.attname::text FROM pg_index AS i CROSS JOIN unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, n)
                    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.attnum
                    WHERE i.indrelid = c.oid AND i.indisprimary ORDER BY k.n),
                ARRAY(SELECT confrelid FROM pg_constraint WHERE conrelid = c.oid AND contype = 'f' AND confrelid <> c.oid)
            FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.oid IN {Schemas} AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> 'migration'
                AND NOT (n.nspname = 'repo' AND c.relname ~ '^event_\d+$')
            ORDER BY 2, 3
            """,
            static row => (Id: row.GetFieldValue<uint>(0), Schema: row.GetString(1), Name: row.GetString(2),
                Columns: row.GetFieldValue<string[]>(3), Key: row.GetFieldValue<string[]>(4), Refers: row.GetFieldValue<uint[]>(5)),
            cancellationToken);

        var ordered = new List<(string, string, string[], string[])>();
        var done = new HashSet<uint>();
        while (done.Count < tables.Count)
        {
            var before = done.Count;
            foreach (var table in tables)
            {
                if (!done.Contains(table.Id) && Array.TrueForAll(table.Refers, done.Contains))
                {
                    done.Add(table.Id);
                    ordered.Add((table.Schema, table.Name, table.Columns, table.Key));
                }
            }

            if (done.Count == before)
            {
                throw new InvalidDataException("The tables refer to one another in a circle.");
            }
        }

        return ordered;
    }

    /// <summary>Opens a table's rows in the binary form of <c>COPY</c>, in the order of its key.</summary>
    public Task<NpgsqlRawCopyStream> CopyAsync(
        (string Schema, string Name, string[] Columns, string[] Key) table, CancellationToken cancellationToken)
    {
        var order = table.Key.Length == 0 ? "" : $" ORDER BY {string.Join(", ", table.Key.Select(Quote))}";
        return _connection.BeginRawBinaryCopyAsync(
            $"COPY (SELECT {string.Join(", ", table.Columns.Select(Quote))} FROM {Quote(table.Schema)}.{Quote(table.Name)}{order}) TO STDOUT (FORMAT BINARY)",
            cancellationToken);
    }

    /// <summary>The last numbers that sequences gave. They are not part of the moment, and never lower than at it.</summary>
    public async Task<Dictionary<string, long>> ReadSequencesAsync(CancellationToken cancellationToken) => (await ReadAsync(
        $"""
        SELECT schemaname || '.' || sequencename, last_value FROM pg_sequences
        WHERE last_value IS NOT NULL AND schemaname IN (SELECT nspname FROM pg_namespace WHERE oid IN {Schemas})
        """,
        static row => (row.GetString(0), row.GetInt64(1)), cancellationToken)).ToDictionary(pair => pair.Item1, pair => pair.Item2, StringComparer.Ordinal);

    /// <summary>The parts of the event log, oldest first: each its first number and the first that is no longer in it.</summary>
    public async Task<List<long[]>> ReadPartitionsAsync(CancellationToken cancellationToken) => await ReadAsync(
        """
        SELECT substr(part.relname, 7)::bigint, substring(pg_get_expr(part.relpartbound, part.oid) FROM 'TO \(''(\d+)''\)')::bigint
        FROM pg_class AS part JOIN pg_inherits AS link ON link.inhrelid = part.oid AND NOT link.inhdetachpending
        WHERE part.relnamespace = 'repo'::regnamespace AND part.relkind = 'r' AND part.relname ~ '^event_\d+$'
        ORDER BY 1
        """,
        static row => new[] { row.GetInt64(0), row.GetInt64(1) }, cancellationToken);

    /// <summary>A name as SQL has it.</summary>
    public static string Quote(string name) => string.Create(CultureInfo.InvariantCulture, $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"");

    public async ValueTask DisposeAsync()
    {
        await _moment.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private async Task<List<T>> ReadAsync<T>(string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, _connection, _moment) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
