using Npgsql;

namespace Pds.Cli.Backup;

/// <summary>Fills an empty database with a backup's rows, in one transaction: all of them or none.</summary>
internal sealed class DatabaseRestore(NpgsqlDataSource database, ChunkStore chunks)
{
    /// <summary>Whether there is nobody in the database. One whose tables a server has made is empty too.</summary>
    public async Task<bool> IsEmptyAsync(CancellationToken cancellationToken)
    {
        foreach (var table in (string[])["auth.account", "repo.repo", "identity.account"])
        {
            if (await ReadAsync($"SELECT to_regclass('{table}') IS NOT NULL", cancellationToken)
                && await ReadAsync($"SELECT EXISTS (SELECT FROM {table})", cancellationToken))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Takes away what a server has made in an empty database, so that the tables can be made as they were.</summary>
    public async Task ClearAsync(IEnumerable<string> schemas, CancellationToken cancellationToken)
    {
        foreach (var schema in schemas)
        {
            await using var command = database.CreateCommand($"DROP SCHEMA IF EXISTS {DatabaseSnapshot.Quote(schema)} CASCADE");
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>Fills the tables, which are as they were when the backup was made.</summary>
    /// <param name="floor">The number after which the event stream is to go on, at least.</param>
    /// <exception cref="InvalidDataException">A chunk is missing or broken.</exception>
    public async Task FillAsync(BackupManifest manifest, long floor, Action<string> told, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(
            connection, $"TRUNCATE {string.Join(", ", manifest.Tables.Select(NameOf))} CASCADE", cancellationToken);
        await MakePartitionsAsync(connection, manifest, cancellationToken);
        foreach (var table in manifest.Tables)
        {
            await CopyAsync(connection, table, cancellationToken);
            told($"{table.Schema}.{table.Name}: {table.Rows} rows");
        }

        foreach (var (name, last) in manifest.Sequences)
        {
            await using var set = new NpgsqlCommand("SELECT setval($1::regclass, $2)", connection);
            set.Parameters.AddWithValue(string.Join('.', name.Split('.').Select(DatabaseSnapshot.Quote)));
            set.Parameters.AddWithValue(last);
            await set.ExecuteNonQueryAsync(cancellationToken);
        }

        await using (var raise = new NpgsqlCommand("UPDATE repo.sequencer SET floor = greatest(floor, $1)", connection))
        {
            raise.Parameters.AddWithValue(floor);
            await raise.ExecuteNonQueryAsync(cancellationToken);
        }

        // Their records name them still: they are known to be missing, as after a move.
        await using (var forget = new NpgsqlCommand("DELETE FROM repo.blob WHERE storage_key = ANY ($1)", connection))
        {
            forget.Parameters.AddWithValue(manifest.MissingBlobs.ToArray());
            await forget.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task MakePartitionsAsync(NpgsqlConnection connection, BackupManifest manifest, CancellationToken cancellationToken)
    {
        if (manifest.Partitions.Count == 0)
        {
            return;
        }

        await ExecuteAsync(
            connection,
            """
            DO $$ DECLARE part regclass; BEGIN
                FOR part IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'repo.event'::regclass LOOP
                    EXECUTE format('DROP TABLE %s', part);
                END LOOP;
            END $$
            """,
            cancellationToken);
        foreach (var bounds in manifest.Partitions)
        {
            await using var add = new NpgsqlCommand("SELECT repo.add_event_partition($1, $2)", connection);
            add.Parameters.AddWithValue(bounds[0]);
            add.Parameters.AddWithValue(bounds[1]);
            await add.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private async Task CopyAsync(NpgsqlConnection connection, SavedTable table, CancellationToken cancellationToken)
    {
        if (table.Chunks.Count == 0)
        {
            return;
        }

        await using var copy = await connection.BeginRawBinaryCopyAsync(
            $"COPY {NameOf(table)} ({string.Join(", ", table.Columns.Select(DatabaseSnapshot.Quote))}) FROM STDIN (FORMAT BINARY)", cancellationToken);
        try
        {
            await copy.WriteAsync(CopyFormat.Header.ToArray(), cancellationToken);
            foreach (var chunk in table.Chunks)
            {
                await copy.WriteAsync(
                    await chunks.ReadAsync(chunk, cancellationToken)
                        ?? throw new InvalidDataException($"The chunk {chunk.Hash} of {table.Schema}.{table.Name} is missing or broken."),
                    cancellationToken);
            }

            await copy.WriteAsync(CopyFormat.Trailer.ToArray(), cancellationToken);
        }
        catch
        {
            await copy.CancelAsync();
            throw;
        }
    }

    private static string NameOf(SavedTable table) => $"{DatabaseSnapshot.Quote(table.Schema)}.{DatabaseSnapshot.Quote(table.Name)}";

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<bool> ReadAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }
}
