using Npgsql;
using NpgsqlTypes;

namespace Pds.Modules.Repo.Firehose;

/// <summary>
/// The event log. Numbers are given under the lock of <c>repo.sequencer</c>, which is held until the commit: they have no
/// gaps and become visible in their order, so whoever has read up to a number has missed nothing before it.
/// </summary>
public sealed class EventStore(NpgsqlDataSource database)
{
    /// <summary>The first statement of every transaction that appends events.</summary>
    internal const string LockSequencer = "SELECT 1 FROM repo.sequencer FOR UPDATE";

    /// <summary>The number before the next one. Right only in a statement after <see cref="LockSequencer"/>, whose snapshot is newer than the lock.</summary>
    internal const string LastSeq =
        "SELECT greatest((SELECT max(seq) FROM repo.event), (SELECT floor FROM repo.sequencer)) AS seq";

    /// <summary>Appends events next to one another; answered with the number of the first once all are on disk.</summary>
    public async Task<long> AppendAsync(IReadOnlyList<NewEvent> events, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(LockSequencer));
        batch.BatchCommands.Add(InsertCommand(events));

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return reader.GetInt64(0);
    }

    /// <summary>Events after a number, oldest first: at most <paramref name="maxCount"/>, and no more bytes than <paramref name="maxBytes"/> but for a single event.</summary>
    public async Task<List<StreamEvent>> ReadAsync(
        long after, int maxCount, int maxBytes, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT seq, repo_id, kind, time, seq_at, body
            FROM (
                SELECT *, sum(octet_length(body)) OVER (ORDER BY seq) - octet_length(body) AS bytes_before
                FROM (SELECT * FROM repo.event WHERE seq > $1 ORDER BY seq LIMIT $2) AS page
            ) AS measured
            WHERE bytes_before < $3
            ORDER BY seq
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = maxCount });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = maxBytes });

        var events = new List<StreamEvent>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var seq = reader.GetInt64(0);
            var frame = NewEvent.Frame(reader.GetFieldValue<byte[]>(5), reader.GetInt32(4), seq);
            events.Add(new StreamEvent(
                seq, reader.GetInt64(1), (EventKind)reader.GetInt16(2), reader.GetFieldValue<DateTimeOffset>(3), frame));
        }

        return events;
    }

    /// <summary>The number of the newest event, 0 when there has never been one.</summary>
    public async Task<long> GetNewestAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(LastSeq);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>
    /// The number before the oldest event not older than a time: a reader that has it and reads on misses nothing since.
    /// </summary>
    public async Task<long> FindFloorAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        var (low, high) = await GetBoundsAsync(cancellationToken);

        // Times follow numbers closely enough; the log has no index on time, so that writes need not keep one.
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            await using var command = database.CreateCommand(
                "SELECT seq, time FROM repo.event WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT 1");
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = middle });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = high });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            if (!await reader.ReadAsync(cancellationToken) || reader.GetFieldValue<DateTimeOffset>(1) >= since)
            {
                high = middle;
            }
            else
            {
                low = reader.GetInt64(0);
            }
        }

        return low;
    }

    /// <summary>The statement that appends events. It yields the number of the first.</summary>
    internal static NpgsqlBatchCommand InsertCommand(IReadOnlyList<NewEvent> events)
    {
        var command = new NpgsqlBatchCommand(
            $"""
            WITH last AS ({LastSeq}), event AS (
                INSERT INTO repo.event (seq, repo_id, time, kind, seq_at, body)
                SELECT last.seq + n, repo_id, time, kind, seq_at, body
                FROM last, unnest($1, $2, $3, $4, $5) WITH ORDINALITY AS new (repo_id, time, kind, seq_at, body, n)
            )
            SELECT seq + 1 FROM last
            """);

        var (repoIds, times) = (new long[events.Count], new DateTimeOffset[events.Count]);
        var (kinds, seqAts, bodies) = (new short[events.Count], new int[events.Count], new byte[events.Count][]);
        for (var i = 0; i < events.Count; i++)
        {
            var item = events[i];
            (repoIds[i], times[i], kinds[i], seqAts[i], bodies[i]) =
                (item.RepoId, item.Time, (short)item.Kind, item.SeqAt, item.Body);
        }

        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = repoIds });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset[]>
        {
            TypedValue = times, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
        });
        command.Parameters.Add(new NpgsqlParameter<short[]> { TypedValue = kinds });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = seqAts });
        command.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = bodies });
        return command;
    }

    private async Task<(long Low, long High)> GetBoundsAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"SELECT coalesce((SELECT min(seq) - 1 FROM repo.event), last.seq), last.seq FROM ({LastSeq}) AS last");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.GetInt64(1));
    }
}
