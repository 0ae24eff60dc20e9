using Npgsql;
using NpgsqlTypes;
using Pds.Modules.Repo.Firehose;

namespace Pds.Modules.Repo.Storage;

/// <summary>
/// Moves the heads whose commit is the expected one and whose account is active, with everything that hangs on them. A head that
/// names a blob which is not there stays, and so does one that an import has locked, for whose rows
/// everybody would wait. Yields the last number before its events, and which heads moved. To set a part up costs
/// Postgres more than a lone row in it: what a batch has no rows for is left out.
/// </summary>
internal static class AppendStatement
{
    private const string Moved = "(SELECT heads FROM won)";

    /// <summary>The statement, to be used again and again: its parameters hold the lists themselves, which are filled anew each time.</summary>
    /// <param name="known">A number that is not after the last.</param>
    public static NpgsqlBatchCommand Create(CommitRows rows, CommitParts parts, out NpgsqlParameter<long> known)
    {
        var command = new NpgsqlBatchCommand();
        known = new NpgsqlParameter<long>();
        var blobs = parts.HasFlag(CommitParts.Blobs);
        command.CommandText =
            $"""
            WITH {(blobs ? BlobUses(command, rows.BlobUses) : "")} {Heads(command, rows, blobs)}, {Records(command, rows.NewRecords)},
            {(parts.HasFlag(CommitParts.NewTips) ? NewTips(command, rows.NewTips) : "")}
            {(parts.HasFlag(CommitParts.Unsettled) ? UnsettledNodes(command, rows) : "")}
            {(parts.HasFlag(CommitParts.Settled) ? SettledNodes(command, rows.NewNodes) : "")}
            {(parts.HasFlag(CommitParts.Changes) ? Changes(command, rows) : "")}
            {(blobs ? BlobsKept : "")}
            {Events(command, rows.Events, known)}
            SELECT (SELECT seq FROM last), {Moved}
            """;
        return command;
    }

    /// <summary>Adds a column of rows.</summary>
    /// <returns>Its place.</returns>
    public static string Add<T>(NpgsqlBatchCommand command, List<T> values, NpgsqlDbType type)
    {
        command.Parameters.Add(new NpgsqlParameter<List<T>> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type });
        return $"${command.Parameters.Count}";
    }

    private static string Heads(NpgsqlBatchCommand command, CommitRows rows, bool blobs)
    {
        var ids = Add(command, rows.RepoIds, NpgsqlDbType.Bigint);
        var columns = string.Join(
            ", ", ids, Add(command, rows.PreviousCids, NpgsqlDbType.Bytea), Add(command, rows.Revs, NpgsqlDbType.Bigint),
            Add(command, rows.Cids, NpgsqlDbType.Bytea), Add(command, rows.DataCids, NpgsqlDbType.Bytea),
            Add(command, rows.Commits, NpgsqlDbType.Bytea));
        return
            $"""
            head AS (
                UPDATE repo.repo AS r SET rev = new.rev, cid = new.cid, data = new.data, commit = new.commit
                FROM unnest({columns}) WITH ORDINALITY AS new (id, previous, rev, cid, data, commit, head)
                WHERE r.id = new.id AND r.cid = new.previous AND r.status = 0
                    AND pg_try_advisory_xact_lock_shared(hashtextextended('{ImportStore.HeadLock}', r.id))
                    {(blobs ? "AND NOT EXISTS (SELECT FROM blob_missing WHERE blob_missing.head = new.head)" : "")}
                RETURNING new.head
            ), won AS (
                SELECT array_agg(head.head IS NOT NULL ORDER BY all_heads.head) AS heads
                FROM generate_series(1, cardinality({ids})) AS all_heads (head) LEFT JOIN head ON head.head = all_heads.head
            ), tip AS (
                UPDATE repo.tip AS t SET nodes = new.nodes
                FROM unnest({ids}, {Add(command, rows.Tips, NpgsqlDbType.Bytea)}) WITH ORDINALITY AS new (repo_id, nodes, head)
                WHERE t.repo_id = new.repo_id AND {Moved}[new.head]
            )
            """;
    }

    private static string NewTips(NpgsqlBatchCommand command, CommitRows.TipRows rows) =>
        $"""
        new_tip AS (
            INSERT INTO repo.tip (repo_id, nodes)
            SELECT repo_id, nodes FROM unnest({Hanging(command, rows)}, {Add(command, rows.Nodes, NpgsqlDbType.Bytea)})
                AS new (head, repo_id, nodes)
            WHERE {Moved}[new.head]
        ),
        """;

    private static string UnsettledNodes(NpgsqlBatchCommand command, CommitRows rows)
    {
        var columns = $"{NodeColumns(command, rows.ReplacingNodes)}, {Add(command, rows.ReplacedCids, NpgsqlDbType.Bytea)}";
        var removed = $"{Hanging(command, rows.RemovedNodes)}, {Add(command, rows.RemovedNodes.Cids, NpgsqlDbType.Bytea)}";
        return
            $"""
            replaced_node AS (
                UPDATE repo.settled_node AS n SET cid = new.cid, rev = new.rev, bytes = new.bytes
                FROM unnest({columns}) AS new (head, repo_id, cid, rev, bytes, replaced)
                WHERE n.repo_id = new.repo_id AND n.cid = new.replaced AND {Moved}[new.head]
            ), removed_node AS (
                DELETE FROM repo.settled_node AS n USING unnest({removed}) AS old (head, repo_id, cid)
                WHERE n.repo_id = old.repo_id AND n.cid = old.cid AND {Moved}[old.head]
            ),
            """;
    }

    private static string SettledNodes(NpgsqlBatchCommand command, CommitRows.NodeRows rows) =>
        $"""
        node AS (
            INSERT INTO repo.settled_node (repo_id, cid, rev, bytes)
            SELECT repo_id, cid, rev, bytes FROM unnest({NodeColumns(command, rows)}) AS new (head, repo_id, cid, rev, bytes)
            WHERE {Moved}[new.head]
        ),
        """;

    private static string Records(NpgsqlBatchCommand command, CommitRows.RecordRows rows) =>
        $"""
        record AS (
            INSERT INTO repo.record (repo_id, collection, rkey, rev, link, cid, value)
            SELECT repo_id, collection, rkey, rev, link, cid, value
            FROM unnest({RecordColumns(command, rows)}) AS new (head, repo_id, collection, rkey, rev, link, cid, value)
            WHERE {Moved}[new.head]
        )
        """;

    private static string Changes(NpgsqlBatchCommand command, CommitRows rows) =>
        $"""
        removed_record AS (
            DELETE FROM repo.record AS r USING unnest({Paths(command, rows.RemovedRecords)}) AS old (head, repo_id, collection, rkey)
            WHERE r.repo_id = old.repo_id AND r.collection = old.collection AND r.rkey = old.rkey AND {Moved}[old.head]
        ), updated_record AS (
            UPDATE repo.record AS r SET rev = new.rev, link = new.link, cid = new.cid, value = new.value
            FROM unnest({RecordColumns(command, rows.UpdatedRecords)}) AS new (head, repo_id, collection, rkey, rev, link, cid, value)
            WHERE r.repo_id = new.repo_id AND r.collection = new.collection AND r.rkey = new.rkey AND {Moved}[new.head]
        ),
        """;

    private static string BlobUses(NpgsqlBatchCommand command, CommitRows.BlobUseRows rows)
    {
        var columns = string.Join(
            ", ", Paths(command, rows), Add(command, rows.Revs, NpgsqlDbType.Bigint), Add(command, rows.Cids, NpgsqlDbType.Bytea),
            Add(command, rows.MimeTypes, NpgsqlDbType.Text), Add(command, rows.Sizes, NpgsqlDbType.Bigint));
        return
            $"""
            blob_use AS (
                SELECT * FROM unnest({columns}) AS new (head, repo_id, collection, rkey, rev, cid, mime_type, size)
            ), blob_missing AS (
                SELECT use.head FROM blob_use AS use
                WHERE NOT EXISTS (
                    SELECT FROM repo.blob AS b
                    WHERE b.repo_id = use.repo_id AND b.cid = use.cid AND b.takedown IS NULL
                        AND b.mime_type = use.mime_type AND b.size = use.size)
            ),
            """;
    }

    private const string BlobsKept =
        $"""
        record_blob AS (
            INSERT INTO repo.record_blob (repo_id, cid, collection, rkey, rev)
            SELECT repo_id, cid, collection, rkey, rev FROM blob_use WHERE {Moved}[blob_use.head]
            ON CONFLICT (repo_id, cid, collection, rkey) DO UPDATE SET rev = excluded.rev
        ), blob AS (
            UPDATE repo.blob AS b SET temporary = false FROM blob_use AS use
            WHERE b.repo_id = use.repo_id AND b.cid = use.cid AND b.temporary AND {Moved}[use.head]
        ),
        """;

    private static string Events(NpgsqlBatchCommand command, CommitRows.EventRows rows, NpgsqlParameter<long> known)
    {
        command.Parameters.Add(known);
        var last = EventStore.LastSeqAfter($"${command.Parameters.Count}");
        var columns = string.Join(
            ", ", Hanging(command, rows), Add(command, rows.Times, NpgsqlDbType.TimestampTz),
            Add(command, rows.Kinds, NpgsqlDbType.Smallint), Add(command, rows.SeqAts, NpgsqlDbType.Integer),
            Add(command, rows.Bodies, NpgsqlDbType.Bytea));
        return
            $"""
            last AS (
                {last}
            ), event AS (
                INSERT INTO repo.event (seq, repo_id, time, kind, seq_at, body)
                SELECT (SELECT seq FROM last) + row_number() OVER (ORDER BY n), repo_id, time, kind, seq_at, body
                FROM unnest({columns}) WITH ORDINALITY AS new (head, repo_id, time, kind, seq_at, body, n)
                WHERE {Moved}[new.head]
            )
            """;
    }

    private static string RecordColumns(NpgsqlBatchCommand command, CommitRows.RecordRows rows) => string.Join(
        ", ", Paths(command, rows), Add(command, rows.Revs, NpgsqlDbType.Bigint), Add(command, rows.Links, NpgsqlDbType.Bigint),
        Add(command, rows.Cids, NpgsqlDbType.Bytea), Add(command, rows.Values, NpgsqlDbType.Bytea));

    private static string NodeColumns(NpgsqlBatchCommand command, CommitRows.NodeRows rows) => string.Join(
        ", ", Hanging(command, rows), Add(command, rows.Cids, NpgsqlDbType.Bytea), Add(command, rows.Revs, NpgsqlDbType.Bigint),
        Add(command, rows.Bytes, NpgsqlDbType.Bytea));

    private static string Paths(NpgsqlBatchCommand command, CommitRows.PathRows rows) => string.Join(
        ", ", Hanging(command, rows), Add(command, rows.Collections, NpgsqlDbType.Text), Add(command, rows.Rkeys, NpgsqlDbType.Text));

    private static string Hanging(NpgsqlBatchCommand command, CommitRows.HangingRows rows) =>
        $"{Add(command, rows.Heads, NpgsqlDbType.Integer)}, {Add(command, rows.RepoIds, NpgsqlDbType.Bigint)}";
}
