using Npgsql;
using NpgsqlTypes;
using Pds.Modules.Repo.Firehose;

namespace Pds.Modules.Repo.Storage;

/// <summary>
/// Appends commits of many repositories in one transaction and one round trip. Used by one caller at a time: it keeps a
/// connection of its own, with the statements prepared.
/// </summary>
internal sealed class CommitStore(NpgsqlDataSource database) : IAsyncDisposable
{
    // The plans must not follow the statistics of tables that were small when the server started, and joins with the
    // arrays are worth an index look-up per element whatever the planner thinks of their length.
    private const string Session =
        "SET enable_seqscan = off; SET enable_bitmapscan = off; SET plan_cache_mode = force_generic_plan; SET jit = off; SET client_min_messages = error";

    /// <summary>
    /// After <see cref="AppendStatement"/>: forgets which blobs the overwritten values named, and gives up the blobs that no record
    /// names any more. What the new values name was written with a later revision.
    /// </summary>
    private const string DropBlobUses =
        """
        WITH dropped AS (
            DELETE FROM repo.record_blob AS use
            USING unnest($1, $2, $3, $4, $5) AS old (repo_id, collection, rkey, rev, head_cid), repo.repo AS r
            WHERE use.repo_id = old.repo_id AND use.collection = old.collection AND use.rkey = old.rkey
                AND use.rev < old.rev AND r.id = old.repo_id AND r.cid = old.head_cid
            RETURNING use.repo_id, use.cid, use.collection, use.rkey
        ), unused AS (
            DELETE FROM repo.blob AS b USING (SELECT DISTINCT repo_id, cid FROM dropped) AS d
            WHERE b.repo_id = d.repo_id AND b.cid = d.cid AND b.takedown IS NULL AND NOT EXISTS (
                SELECT FROM repo.record_blob AS other
                WHERE other.repo_id = d.repo_id AND other.cid = d.cid AND NOT EXISTS (
                    SELECT FROM dropped
                    WHERE dropped.repo_id = other.repo_id AND dropped.cid = other.cid
                        AND dropped.collection = other.collection AND dropped.rkey = other.rkey))
            RETURNING b.storage_key
        )
        INSERT INTO repo.blob_deletion (storage_key, created_at) SELECT storage_key, now() FROM unused
        """;

    // One for each combination of parts.
    private readonly Prepared?[] _batches = new Prepared?[(int)CommitParts.All + 1];
    private NpgsqlConnection? _connection;

    /// <summary>
    /// Appends. When this throws, the transaction may or may not have been committed, and the connection is given up.
    /// </summary>
    /// <param name="known">The number of an event, the nearer to the newest the better: partitions before it are not looked at.</param>
    /// <returns>The number before that of the first event, and for each head whether it moved.</returns>
    public async Task<(long LastSeq, bool[] Won)> AppendAsync(
        CommitRows rows, long known, CancellationToken cancellationToken)
    {
        try
        {
            var batch = await PrepareAsync(rows, cancellationToken);
            batch.Known.TypedValue = known;
            await using var reader = await batch.Batch.ExecuteReaderAsync(cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            var result = (reader.GetInt64(0), reader.GetFieldValue<bool[]>(1));

            // The transaction ends with the last statement: an error of that one must be seen here.
            while (await reader.NextResultAsync(cancellationToken))
            {
            }

            return result;
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            for (var i = 0; i < _batches.Length; i++)
            {
                if (_batches[i] is { } batch)
                {
                    _batches[i] = null;
                    await batch.Batch.DisposeAsync();
                }
            }

            await connection.DisposeAsync();
        }
    }

    private async ValueTask<Prepared> PrepareAsync(CommitRows rows, CancellationToken cancellationToken)
    {
        if (_connection is null)
        {
            var connection = await database.OpenConnectionAsync(cancellationToken);
            await using (var session = new NpgsqlCommand(Session, connection))
            {
                await session.ExecuteNonQueryAsync(cancellationToken);
            }

            _connection = connection;
        }

        var parts = rows.Parts;
        if (_batches[(int)parts] is { } prepared)
        {
            return prepared;
        }

        var append = AppendStatement.Create(rows, parts, out var known);
        var batch = new NpgsqlBatch(_connection)
        {
            BatchCommands = { new NpgsqlBatchCommand(EventStore.LockSequencer), append },
        };
        if (parts.HasFlag(CommitParts.Changes))
        {
            batch.BatchCommands.Add(DropCommand(rows));
        }

        await batch.PrepareAsync(cancellationToken);
        return _batches[(int)parts] = new Prepared(batch, known);
    }

    private static NpgsqlBatchCommand DropCommand(CommitRows rows)
    {
        var drop = new NpgsqlBatchCommand(DropBlobUses);
        AppendStatement.Add(drop, rows.Overwritten.RepoIds, NpgsqlDbType.Bigint);
        AppendStatement.Add(drop, rows.Overwritten.Collections, NpgsqlDbType.Text);
        AppendStatement.Add(drop, rows.Overwritten.Rkeys, NpgsqlDbType.Text);
        AppendStatement.Add(drop, rows.OverwrittenRevs, NpgsqlDbType.Bigint);
        AppendStatement.Add(drop, rows.OverwrittenHeads, NpgsqlDbType.Bytea);
        return drop;
    }

    private sealed record Prepared(NpgsqlBatch Batch, NpgsqlParameter<long> Known);
}
