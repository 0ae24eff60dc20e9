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
        "SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan; SET jit = off; SET client_min_messages = error";

    /// <summary>
    /// Moves the heads whose commit is the expected one and whose account is active, with everything that hangs on them.
    /// A head that names a blob which is not there stays, and so does one whose repository is being imported. Yields the last number before its events, and which heads moved.
    /// </summary>
    private const string Append =
        $"""
        WITH blob_use AS (
            SELECT * FROM unnest($41, $42, $43, $44, $45, $46, $47, $48)
                AS new (head, repo_id, collection, rkey, rev, cid, mime_type, size)
        ), blob_missing AS (
            SELECT use.head FROM blob_use AS use
            WHERE NOT EXISTS (
                SELECT FROM repo.blob AS b
                WHERE b.repo_id = use.repo_id AND b.cid = use.cid AND b.takedown IS NULL
                    AND b.mime_type = use.mime_type AND b.size = use.size)
        ), head AS (
            UPDATE repo.repo AS r SET rev = new.rev, cid = new.cid, data = new.data, commit = new.commit
            FROM unnest($1, $2, $3, $4, $5, $6) WITH ORDINALITY AS new (id, previous, rev, cid, data, commit, head)
            WHERE r.id = new.id AND r.cid = new.previous AND r.status = 0
                AND pg_try_advisory_xact_lock_shared(hashtextextended('repo.head', r.id))
                AND NOT EXISTS (SELECT FROM blob_missing WHERE blob_missing.head = new.head)
            RETURNING new.head
        ), won AS (
            SELECT array_agg(head.head IS NOT NULL ORDER BY all_heads.head) AS heads
            FROM generate_series(1, cardinality($1)) AS all_heads (head) LEFT JOIN head ON head.head = all_heads.head
        ), replaced_node AS (
            UPDATE repo.node AS n SET cid = new.cid, rev = new.rev, bytes = new.bytes
            FROM unnest($7, $8, $9, $10, $11, $12) AS new (head, repo_id, replaced, cid, rev, bytes)
            WHERE n.repo_id = new.repo_id AND n.cid = new.replaced AND (SELECT heads FROM won)[new.head]
        ), removed_node AS (
            DELETE FROM repo.node AS n USING unnest($13, $14, $15) AS old (head, repo_id, cid)
            WHERE n.repo_id = old.repo_id AND n.cid = old.cid AND (SELECT heads FROM won)[old.head]
        ), node AS (
            INSERT INTO repo.node (repo_id, cid, rev, bytes)
            SELECT repo_id, cid, rev, bytes FROM unnest($16, $17, $18, $19, $20) AS new (head, repo_id, cid, rev, bytes)
            WHERE (SELECT heads FROM won)[new.head]
        ), removed_record AS (
            DELETE FROM repo.record AS r USING unnest($21, $22, $23, $24) AS old (head, repo_id, collection, rkey)
            WHERE r.repo_id = old.repo_id AND r.collection = old.collection AND r.rkey = old.rkey
                AND (SELECT heads FROM won)[old.head]
        ), record AS (
            INSERT INTO repo.record (repo_id, collection, rkey, rev, link, cid, value)
            SELECT repo_id, collection, rkey, rev, link, cid, value
            FROM unnest($25, $26, $27, $28, $29, $30, $31, $32)
                AS new (head, repo_id, collection, rkey, rev, link, cid, value)
            WHERE (SELECT heads FROM won)[new.head]
        ), updated_record AS (
            UPDATE repo.record AS r SET rev = new.rev, link = new.link, cid = new.cid, value = new.value
            FROM unnest($33, $34, $35, $36, $37, $38, $39, $40)
                AS new (head, repo_id, collection, rkey, rev, link, cid, value)
            WHERE r.repo_id = new.repo_id AND r.collection = new.collection AND r.rkey = new.rkey
                AND (SELECT heads FROM won)[new.head]
        ), record_blob AS (
            INSERT INTO repo.record_blob (repo_id, cid, collection, rkey, rev)
            SELECT repo_id, cid, collection, rkey, rev FROM blob_use WHERE (SELECT heads FROM won)[blob_use.head]
            ON CONFLICT (repo_id, cid, collection, rkey) DO UPDATE SET rev = excluded.rev
        ), blob AS (
            UPDATE repo.blob AS b SET temporary = false FROM blob_use AS use
            WHERE b.repo_id = use.repo_id AND b.cid = use.cid AND b.temporary AND (SELECT heads FROM won)[use.head]
        ), last AS (
            {EventStore.LastSeq}
        ), event AS (
            INSERT INTO repo.event (seq, repo_id, time, kind, seq_at, body)
            SELECT (SELECT seq FROM last) + row_number() OVER (ORDER BY n), repo_id, time, kind, seq_at, body
            FROM unnest($49, $50, $51, $52, $53, $54) WITH ORDINALITY AS new (head, repo_id, time, kind, seq_at, body, n)
            WHERE (SELECT heads FROM won)[new.head]
        )
        SELECT (SELECT seq FROM last), (SELECT heads FROM won)
        """;

    /// <summary>
    /// After <see cref="Append"/>: forgets which blobs the overwritten values named, and gives up the blobs that no record
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

    private NpgsqlConnection? _connection;
    private NpgsqlBatch? _append;
    private NpgsqlBatch? _appendAndDrop;

    /// <summary>
    /// Appends. When this throws, the transaction may or may not have been committed, and the connection is given up.
    /// </summary>
    /// <returns>The number before that of the first event, and for each head whether it moved.</returns>
    public async Task<(long LastSeq, bool[] Won)> AppendAsync(CommitRows rows, CancellationToken cancellationToken)
    {
        try
        {
            var batch = await PrepareAsync(rows, cancellationToken);
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
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
            await _append!.DisposeAsync();
            await _appendAndDrop!.DisposeAsync();
            await connection.DisposeAsync();
        }
    }

    private async Task<NpgsqlBatch> PrepareAsync(CommitRows rows, CancellationToken cancellationToken)
    {
        if (_connection is null)
        {
            var connection = await database.OpenConnectionAsync(cancellationToken);
            await using (var session = new NpgsqlCommand(Session, connection))
            {
                await session.ExecuteNonQueryAsync(cancellationToken);
            }

            _append = CreateBatch(connection, rows);
            _appendAndDrop = CreateBatch(connection, rows);
            _appendAndDrop.BatchCommands.Add(DropCommand(rows));
            _connection = connection;
            await _append.PrepareAsync(cancellationToken);
            await _appendAndDrop.PrepareAsync(cancellationToken);
        }

        return rows.Overwritten.Heads.Count == 0 ? _append! : _appendAndDrop!;
    }

    // The parameters hold the lists themselves, which the caller fills anew each time.
    private static NpgsqlBatch CreateBatch(NpgsqlConnection connection, CommitRows rows)
    {
        var append = new NpgsqlBatchCommand(Append);
        Add(append, rows.RepoIds, NpgsqlDbType.Bigint);
        Add(append, rows.PreviousCids, NpgsqlDbType.Bytea);
        Add(append, rows.Revs, NpgsqlDbType.Bigint);
        Add(append, rows.Cids, NpgsqlDbType.Bytea);
        Add(append, rows.DataCids, NpgsqlDbType.Bytea);
        Add(append, rows.Commits, NpgsqlDbType.Bytea);

        Add(append, rows.ReplacingNodes.Heads, NpgsqlDbType.Integer);
        Add(append, rows.ReplacingNodes.RepoIds, NpgsqlDbType.Bigint);
        Add(append, rows.ReplacedCids, NpgsqlDbType.Bytea);
        Add(append, rows.ReplacingNodes.Cids, NpgsqlDbType.Bytea);
        Add(append, rows.ReplacingNodes.Revs, NpgsqlDbType.Bigint);
        Add(append, rows.ReplacingNodes.Bytes, NpgsqlDbType.Bytea);

        Add(append, rows.RemovedNodes.Heads, NpgsqlDbType.Integer);
        Add(append, rows.RemovedNodes.RepoIds, NpgsqlDbType.Bigint);
        Add(append, rows.RemovedNodes.Cids, NpgsqlDbType.Bytea);

        Add(append, rows.NewNodes.Heads, NpgsqlDbType.Integer);
        Add(append, rows.NewNodes.RepoIds, NpgsqlDbType.Bigint);
        Add(append, rows.NewNodes.Cids, NpgsqlDbType.Bytea);
        Add(append, rows.NewNodes.Revs, NpgsqlDbType.Bigint);
        Add(append, rows.NewNodes.Bytes, NpgsqlDbType.Bytea);

        AddPaths(append, rows.RemovedRecords);
        AddRecords(append, rows.NewRecords);
        AddRecords(append, rows.UpdatedRecords);

        AddPaths(append, rows.BlobUses);
        Add(append, rows.BlobUses.Revs, NpgsqlDbType.Bigint);
        Add(append, rows.BlobUses.Cids, NpgsqlDbType.Bytea);
        Add(append, rows.BlobUses.MimeTypes, NpgsqlDbType.Text);
        Add(append, rows.BlobUses.Sizes, NpgsqlDbType.Bigint);

        Add(append, rows.Events.Heads, NpgsqlDbType.Integer);
        Add(append, rows.Events.RepoIds, NpgsqlDbType.Bigint);
        Add(append, rows.Events.Times, NpgsqlDbType.TimestampTz);
        Add(append, rows.Events.Kinds, NpgsqlDbType.Smallint);
        Add(append, rows.Events.SeqAts, NpgsqlDbType.Integer);
        Add(append, rows.Events.Bodies, NpgsqlDbType.Bytea);

        return new NpgsqlBatch(connection) { BatchCommands = { new NpgsqlBatchCommand(EventStore.LockSequencer), append } };
    }

    private static NpgsqlBatchCommand DropCommand(CommitRows rows)
    {
        var drop = new NpgsqlBatchCommand(DropBlobUses);
        Add(drop, rows.Overwritten.RepoIds, NpgsqlDbType.Bigint);
        Add(drop, rows.Overwritten.Collections, NpgsqlDbType.Text);
        Add(drop, rows.Overwritten.Rkeys, NpgsqlDbType.Text);
        Add(drop, rows.OverwrittenRevs, NpgsqlDbType.Bigint);
        Add(drop, rows.OverwrittenHeads, NpgsqlDbType.Bytea);
        return drop;
    }

    private static void AddRecords(NpgsqlBatchCommand command, CommitRows.RecordRows rows)
    {
        AddPaths(command, rows);
        Add(command, rows.Revs, NpgsqlDbType.Bigint);
        Add(command, rows.Links, NpgsqlDbType.Bigint);
        Add(command, rows.Cids, NpgsqlDbType.Bytea);
        Add(command, rows.Values, NpgsqlDbType.Bytea);
    }

    private static void AddPaths(NpgsqlBatchCommand command, CommitRows.PathRows rows)
    {
        Add(command, rows.Heads, NpgsqlDbType.Integer);
        Add(command, rows.RepoIds, NpgsqlDbType.Bigint);
        Add(command, rows.Collections, NpgsqlDbType.Text);
        Add(command, rows.Rkeys, NpgsqlDbType.Text);
    }

    private static void Add<T>(NpgsqlBatchCommand command, List<T> values, NpgsqlDbType type) =>
        command.Parameters.Add(new NpgsqlParameter<List<T>> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type });
}
