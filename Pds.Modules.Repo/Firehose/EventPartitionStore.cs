using Npgsql;

namespace Pds.Modules.Repo.Firehose;

/// <summary>The tables that the event log consists of. Nothing here makes an append or a reader wait.</summary>
internal sealed class EventPartitionStore(NpgsqlDataSource database)
{
    // Enough for whoever comes next, until partitions are made at the usual pace.
    private const long AheadOfNewest = 100_000;

    private const string Turn = "hashtextextended('repo.event.retention', 0)";

    /// <summary>All of them, oldest first.</summary>
    public async Task<List<EventPartition>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT part.relname, substr(part.relname, 7)::bigint,
                coalesce(substring(pg_get_expr(part.relpartbound, part.oid) FROM 'TO \(''(\d+)''\)')::bigint, 0),
                coalesce(pg_total_relation_size(part.oid), 0),
                CASE WHEN link.inhrelid IS NULL THEN 2 WHEN link.inhdetachpending THEN 1 ELSE 0 END
            FROM pg_class AS part LEFT JOIN pg_inherits AS link ON link.inhrelid = part.oid
            WHERE part.relnamespace = 'repo'::regnamespace AND part.relkind = 'r' AND part.relname ~ '^event_\d+$'
            ORDER BY 2
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var partitions = new List<EventPartition>();
        while (await reader.ReadAsync(cancellationToken))
        {
            partitions.Add(new EventPartition(
                reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), (EventPartitionState)reader.GetInt32(4)));
        }

        return partitions;
    }

    /// <summary>Adds a partition, unless another replica has.</summary>
    public async Task AddAsync(long first, long past, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT repo.add_event_partition($1, $2)");
        command.Parameters.AddWithValue(first);
        command.Parameters.AddWithValue(past);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Whether an append failed, with nothing written, because the log does not reach as far as the next number.</summary>
    public static bool IsBeyondEnd(Exception exception) => exception is PostgresException
    {
        SqlState: PostgresErrorCodes.CheckViolation, SchemaName: "repo", TableName: "event", ConstraintName: null,
    };

    /// <summary>Makes room after the newest event: for an append that found none, and is then tried again.</summary>
    public async Task ReachAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(EventStore.LastSeq);
        await CoverAsync((long)(await command.ExecuteScalarAsync(cancellationToken))! + AheadOfNewest, cancellationToken);
    }

    /// <summary>The lowest number that the log has a place for: what came before has been dropped.</summary>
    public async Task<long> GetFirstAsync(CancellationToken cancellationToken) =>
        (await ListAsync(cancellationToken)).Find(partition => partition.State == EventPartitionState.Attached)!.First;

    /// <summary>Makes the log reach as far as a number, with a single partition where it does not.</summary>
    public async Task CoverAsync(long seq, CancellationToken cancellationToken)
    {
        var past = (await ListAsync(cancellationToken)).FindLast(partition => partition.State == EventPartitionState.Attached)!.Past;
        if (past <= seq)
        {
            await AddAsync(past, seq + 1, cancellationToken);
        }
    }

    /// <summary>The time of the newest event of a partition; null for an empty one.</summary>
    public async Task<DateTimeOffset?> FindNewestTimeAsync(EventPartition partition, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT time FROM repo.event WHERE seq >= $1 AND seq < $2 ORDER BY seq DESC LIMIT 1");
        command.Parameters.AddWithValue(partition.First);
        command.Parameters.AddWithValue(partition.Past);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? reader.GetFieldValue<DateTimeOffset>(0) : null;
    }

    /// <summary>Takes partitions out of the log. False when another replica is about the same.</summary>
    public async Task<bool> DropAsync(IEnumerable<EventPartition> partitions, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using (var turn = new NpgsqlCommand($"SELECT pg_try_advisory_lock({Turn})", connection))
        {
            if (await turn.ExecuteScalarAsync(cancellationToken) is false)
            {
                return false;
            }
        }

        try
        {
            // Another replica may have had its turn since these were found.
            var present = await ListAsync(cancellationToken);
            foreach (var due in partitions)
            {
                if (present.Find(partition => partition.Name == due.Name) is { } partition)
                {
                    await DropAsync(connection, partition, cancellationToken);
                }
            }

            return true;
        }
        finally
        {
            await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({Turn})", CancellationToken.None);
        }
    }

    // Names are read from the catalogue by a pattern of digits, and parameters are not for names.
    private static async Task DropAsync(NpgsqlConnection connection, EventPartition partition, CancellationToken cancellationToken)
    {
        if (partition.State != EventPartitionState.Detached)
        {
            var how = partition.State == EventPartitionState.Attached ? "CONCURRENTLY" : "FINALIZE";
            await ExecuteAsync(connection, $"ALTER TABLE repo.event DETACH PARTITION repo.{partition.Name} {how}", cancellationToken);
        }

        await ExecuteAsync(connection, $"DROP TABLE repo.{partition.Name}", cancellationToken);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string statement, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
