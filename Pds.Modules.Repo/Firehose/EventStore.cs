using AtProto.Stream;
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

    /// <summary>The same, for who knows a number that is not after it: partitions before that are not even opened.</summary>
    internal static string LastSeqAfter(string known) =>
        $"SELECT greatest((SELECT max(seq) FROM repo.event WHERE seq >= {known}), {known}, (SELECT floor FROM repo.sequencer)) AS seq";

    /// <summary>Events after a number, oldest first: at most <paramref name="maxCount"/>, and no more bytes than <paramref name="maxBytes"/> but for a single event.</summary>
    public async Task<List<StreamEvent>> ReadAsync(
        long after, int maxCount, int maxBytes, CancellationToken cancellationToken)
    {
        // Lengths are summed without the bodies, which a sum over rows would copy twice. The last LIMIT changes no result: it has
        // Postgres walk along the index, and not fetch and sort a part of the log.
        await using var command = database.CreateCommand(
            """
            SELECT seq, repo_id, kind, time, seq_at, body
            FROM repo.event
            WHERE seq > $1 AND seq <= (
                SELECT max(seq)
                FROM (
                    SELECT seq, sum(length) OVER (ORDER BY seq) - length AS bytes_before
                    FROM (SELECT seq, octet_length(body) AS length FROM repo.event WHERE seq > $1 ORDER BY seq LIMIT $2) AS page
                ) AS measured
                WHERE bytes_before < $3)
            ORDER BY seq
            LIMIT $2
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = maxCount });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = maxBytes });

        var events = new List<StreamEvent>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var body = Array.Empty<byte>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var length = (int)reader.GetBytes(5, 0, null, 0, 0);
            if (length > body.Length)
            {
                body = new byte[Math.Max(length, 2 * body.Length)];
            }

            reader.GetBytes(5, 0, body, 0, length);
            var seq = reader.GetInt64(0);
            var frame = EventFrame.Assemble(body.AsSpan(0, length), reader.GetInt32(4), seq);
            events.Add(new StreamEvent(
                seq, reader.GetInt64(1), (EventKind)reader.GetInt16(2), reader.GetFieldValue<DateTimeOffset>(3), frame));
        }

        return events;
    }

    /// <summary>Whether an event of a repository is in the log, once every transaction that is appending now has ended.</summary>
    internal async Task<bool> ContainsAsync(long repoId, NewEvent item, CancellationToken cancellationToken)
    {
        var find = new NpgsqlBatchCommand("SELECT EXISTS (SELECT FROM repo.event WHERE repo_id = $1 AND body = $2)");
        find.Parameters.Add(new NpgsqlParameter<long> { TypedValue = repoId });
        find.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = item.Frame.Bytes });
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(LockSequencer));
        batch.BatchCommands.Add(find);

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return reader.GetBoolean(0);
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

    /// <summary>
    /// Completes a WITH clause whose part <c>repo</c> yields one repository's <c>id</c>: appends events of it next to one
    /// another. Yields that id and the number of the first, or no row without a repository.
    /// </summary>
    /// <param name="first">The number of the first of the four parameters that <see cref="AddParameters"/> adds.</param>
    internal static string AppendForRepo(int first) =>
        $"""
        last AS ({LastSeq}), event AS (
            INSERT INTO repo.event (seq, repo_id, time, kind, seq_at, body)
            SELECT last.seq + n, repo.id, time, kind, seq_at, body
            FROM repo, last,
                unnest(${first}, ${first + 1}, ${first + 2}, ${first + 3}) WITH ORDINALITY AS new (time, kind, seq_at, body, n)
        )
        SELECT repo.id, last.seq + 1 FROM repo, last
        """;

    internal static void AddParameters(NpgsqlBatchCommand command, IReadOnlyList<NewEvent> events)
    {
        var (times, kinds) = (new DateTimeOffset[events.Count], new short[events.Count]);
        var (seqAts, bodies) = (new int[events.Count], new byte[events.Count][]);
        for (var i = 0; i < events.Count; i++)
        {
            var item = events[i];
            (times[i], kinds[i], seqAts[i], bodies[i]) = (item.Time, (short)item.Kind, item.Frame.SeqOffset, item.Frame.Bytes);
        }

        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset[]>
        {
            TypedValue = times, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
        });
        command.Parameters.Add(new NpgsqlParameter<short[]> { TypedValue = kinds });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = seqAts });
        command.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = bodies });
    }

    /// <summary>The oldest and the newest event that are kept, null for an empty log; and the newest number there has been.</summary>
    internal async Task<((long Seq, DateTimeOffset At)? Oldest, (long Seq, DateTimeOffset At)? Newest, long Last)> FindEndsAsync(
        CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            SELECT oldest.seq, oldest.time, newest.seq, newest.time, last.seq FROM ({LastSeq}) AS last
                LEFT JOIN (SELECT seq, time FROM repo.event ORDER BY seq LIMIT 1) AS oldest ON true
                LEFT JOIN (SELECT seq, time FROM repo.event ORDER BY seq DESC LIMIT 1) AS newest ON true
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (EndOf(0), EndOf(2), reader.GetInt64(4));

        (long, DateTimeOffset)? EndOf(int column) =>
            reader.IsDBNull(column) ? null : (reader.GetInt64(column), reader.GetFieldValue<DateTimeOffset>(column + 1));
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
