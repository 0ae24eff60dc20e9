using System.Runtime.CompilerServices;
using AtProto;
using AtProto.Repo;
using Npgsql;
using Pds.Modules.Repo.Firehose;
using Pds.Modules.Repo.Imports;

namespace Pds.Modules.Repo.Storage;

/// <summary>
/// The transaction of one import. Nobody sees anything of it before its end, and nothing is left of it when it does not come
/// to that. Only the last step takes the lock that all writers need.
/// </summary>
/// <param name="rev">The revision of everything that is written.</param>
internal sealed class RunningImport(NpgsqlConnection connection, NpgsqlTransaction transaction, long repoId, Tid rev)
    : IAsyncDisposable
{
    private const int NodesAtOnce = 5000;
    private const int MaxCopyBytes = 1 << 20;

    private readonly CopyBuffer _rows = new();

    // Blobs that lost a use: whether it was the last is seen at the end.
    private readonly HashSet<Cid> _droppedBlobs = [];
    private bool _namesBlobs;

    public Tid Rev { get; } = rev;

    /// <summary>Adds the nodes of the current tree to the blocks at hand; false when the head is not the expected one.</summary>
    public async Task<bool> ReadNodesAsync(StoredRepo repo, ImportedBlocks blocks, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT r.cid, n.cid, n.bytes FROM repo.repo AS r JOIN repo.settled_node AS n ON n.repo_id = r.id WHERE r.id = $1
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = repoId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var isFirst = true;
        while (await reader.ReadAsync(cancellationToken))
        {
            if (isFirst && RepoStore.ReadCid(reader, 0) != repo.Head)
            {
                return false;
            }

            isFirst = false;
            blocks.Add(new Block(RepoStore.ReadCid(reader, 1), reader.GetFieldValue<byte[]>(2)));
        }

        blocks.Flush();
        return !isFirst;
    }

    /// <summary>Writes what becomes of some records.</summary>
    public async Task WriteAsync(ImportBatch batch, CancellationToken cancellationToken)
    {
        if (batch.Updated.Count + batch.Deleted.Count > 0)
        {
            await DropUsesAsync(batch, cancellationToken);
            await OverwriteAsync(batch, cancellationToken);
        }

        foreach (var row in batch.Created)
        {
            _rows.StartRow(7);
            _rows.Add(repoId);
            _rows.Add(row.Collection);
            _rows.Add(row.Rkey);
            _rows.Add(Rev.Value);
            AddOptional(row.Link);
            _rows.Add(row.Cid);
            _rows.Add(row.Value);
        }

        if (batch.Created.Count > 0)
        {
            await _rows.SendAsync(
                connection,
                "COPY repo.record (repo_id, collection, rkey, rev, link, cid, value) FROM STDIN (FORMAT BINARY)",
                cancellationToken);
        }

        foreach (var (blob, collection, rkey) in batch.BlobUses)
        {
            _rows.StartRow(5);
            _rows.Add(repoId);
            _rows.Add(blob);
            _rows.Add(collection);
            _rows.Add(rkey);
            _rows.Add(Rev.Value);
        }

        if (batch.BlobUses.Count > 0)
        {
            _namesBlobs = true;
            await _rows.SendAsync(
                connection, "COPY repo.record_blob (repo_id, cid, collection, rkey, rev) FROM STDIN (FORMAT BINARY)", cancellationToken);
        }
    }

    /// <summary>Writes what becomes of the tree's nodes, once the trees have been read to their end.</summary>
    public async Task WriteNodesAsync(TreeDiff diff, ImportedBlocks blocks, CancellationToken cancellationToken)
    {
        foreach (var removed in diff.RemovedNodes.Chunk(NodesAtOnce))
        {
            await using var command = new NpgsqlCommand("DELETE FROM repo.settled_node WHERE repo_id = $1 AND cid = ANY ($2)", connection);
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = repoId });
            command.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = Array.ConvertAll(removed, cid => cid.ToBytes()) });
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        foreach (var cid in diff.NewNodes)
        {
            await AddNodeAsync(cid, cid == EmptyTree.Cid ? EmptyTree.Bytes : blocks.Find(cid)!, cancellationToken);
        }

        await SendNodesAsync(cancellationToken);
    }

    /// <summary>All records that are there, by path in the order of the tree, each checked against its CID.</summary>
    /// <exception cref="InvalidDataException">One is not what its CID says.</exception>
    public async IAsyncEnumerable<(string Path, Cid Cid)> ReadRecordsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT collection || '/' || rkey AS path, cid, value FROM repo.record WHERE repo_id = $1
            ORDER BY (collection || '/' || rkey) COLLATE "C"
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = repoId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var (path, cid) = (reader.GetString(0), RepoStore.ReadCid(reader, 1));
            if (Cid.Compute(CidCodec.DagCbor, reader.GetFieldValue<byte[]>(2)) != cid)
            {
                throw new InvalidDataException($"The record at {path} is not what its CID says.");
            }

            yield return (path, cid);
        }
    }

    /// <summary>Writes a whole tree in place of the one that is there.</summary>
    public async Task ReplaceNodesAsync(List<Block> nodes, CancellationToken cancellationToken)
    {
        await using var clear = new NpgsqlCommand("DELETE FROM repo.settled_node WHERE repo_id = $1", connection);
        clear.Parameters.Add(new NpgsqlParameter<long> { TypedValue = repoId });
        await clear.ExecuteNonQueryAsync(cancellationToken);
        foreach (var node in nodes)
        {
            await AddNodeAsync(node.Cid, node.Bytes, cancellationToken);
        }

        await SendNodesAsync(cancellationToken);
    }

    /// <summary>Moves the head and ends the transaction; null, and nothing done, when the head is not where it was.</summary>
    /// <returns>The number of the first event.</returns>
    public async Task<long?> FinishAsync(
        StoredRepo repo, SignedCommit head, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken)
    {
        var move = new NpgsqlBatchCommand(
            $"""
            WITH repo AS (
                UPDATE repo.repo SET rev = $4, cid = $5, data = $6, commit = $7
                WHERE id = $1 AND cid = $2 AND status = $3
                RETURNING id
            ), {EventStore.AppendForRepo(first: 8)}
            """);
        move.Parameters.AddWithValue(repoId);
        move.Parameters.AddWithValue(repo.Head.ToBytes());
        move.Parameters.AddWithValue((short)repo.Status);
        move.Parameters.AddWithValue(head.Rev.Value);
        move.Parameters.AddWithValue(head.Cid.ToBytes());
        move.Parameters.AddWithValue(head.Data.ToBytes());
        move.Parameters.AddWithValue(head.Bytes);
        EventStore.AddParameters(move, events);

        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands = { new NpgsqlBatchCommand(EventStore.LockSequencer), move },
        };
        AddBlobCommands(batch);
        long? seq = null;
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            await reader.NextResultAsync(cancellationToken);
            if (await reader.ReadAsync(cancellationToken))
            {
                seq = reader.GetInt64(1);
            }

            // An error of what follows must be seen here: ended in spite of it, the transaction would be undone without a word.
            while (await reader.NextResultAsync(cancellationToken))
            {
            }
        }

        if (seq is not null)
        {
            await transaction.CommitAsync(CancellationToken.None);
        }

        return seq;
    }

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }

    /// <summary>Under the lock, for only then no other transaction can be giving up or naming the same blobs.</summary>
    private void AddBlobCommands(NpgsqlBatch batch)
    {
        if (_namesBlobs)
        {
            var keep = new NpgsqlBatchCommand(
                """
                UPDATE repo.blob AS b SET temporary = false
                WHERE repo_id = $1 AND temporary
                    AND EXISTS (SELECT FROM repo.record_blob AS use WHERE use.repo_id = b.repo_id AND use.cid = b.cid)
                """);
            keep.Parameters.AddWithValue(repoId);
            batch.BatchCommands.Add(keep);
        }

        if (_droppedBlobs.Count > 0)
        {
            var drop = new NpgsqlBatchCommand(
                """
                WITH unused AS (
                    DELETE FROM repo.blob AS b WHERE repo_id = $1 AND cid = ANY ($2) AND takedown IS NULL
                        AND NOT EXISTS (SELECT FROM repo.record_blob AS use WHERE use.repo_id = b.repo_id AND use.cid = b.cid)
                    RETURNING storage_key
                )
                INSERT INTO repo.blob_deletion (storage_key, created_at) SELECT storage_key, now() FROM unused
                """);
            drop.Parameters.AddWithValue(repoId);
            drop.Parameters.AddWithValue(_droppedBlobs.Select(cid => cid.ToBytes()).ToArray());
            batch.BatchCommands.Add(drop);
        }
    }

    private Task AddNodeAsync(Cid cid, byte[] bytes, CancellationToken cancellationToken)
    {
        _rows.StartRow(4);
        _rows.Add(repoId);
        _rows.Add(cid);
        _rows.Add(Rev.Value);
        _rows.Add(bytes);
        return _rows.Length >= MaxCopyBytes ? SendNodesAsync(cancellationToken) : Task.CompletedTask;
    }

    private Task SendNodesAsync(CancellationToken cancellationToken) =>
        _rows.SendAsync(connection, "COPY repo.settled_node (repo_id, cid, rev, bytes) FROM STDIN (FORMAT BINARY)", cancellationToken);

    private void AddOptional(long? value)
    {
        if (value is { } number)
        {
            _rows.Add(number);
        }
        else
        {
            _rows.AddNull();
        }
    }

    private async Task DropUsesAsync(ImportBatch batch, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            DELETE FROM repo.record_blob AS use USING unnest($2, $3) AS old (collection, rkey)
            WHERE use.repo_id = $1 AND use.collection = old.collection AND use.rkey = old.rkey
            RETURNING use.cid
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = repoId });
        command.Parameters.Add(new NpgsqlParameter<string[]>
        {
            TypedValue = [.. batch.Updated.Select(row => row.Collection), .. batch.Deleted.Select(path => path.Collection)],
        });
        command.Parameters.Add(new NpgsqlParameter<string[]>
        {
            TypedValue = [.. batch.Updated.Select(row => row.Rkey), .. batch.Deleted.Select(path => path.Rkey)],
        });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            _droppedBlobs.Add(RepoStore.ReadCid(reader, 0));
        }
    }

    private async Task OverwriteAsync(ImportBatch batch, CancellationToken cancellationToken)
    {
        var update = new NpgsqlBatchCommand(
            """
            UPDATE repo.record AS r SET rev = $2, link = new.link, cid = new.cid, value = new.value
            FROM unnest($3, $4, $5, $6, $7) AS new (collection, rkey, link, cid, value)
            WHERE r.repo_id = $1 AND r.collection = new.collection AND r.rkey = new.rkey
            """);
        update.Parameters.Add(new NpgsqlParameter<long> { TypedValue = repoId });
        update.Parameters.Add(new NpgsqlParameter<long> { TypedValue = Rev.Value });
        update.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. batch.Updated.Select(row => row.Collection)] });
        update.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. batch.Updated.Select(row => row.Rkey)] });
        update.Parameters.Add(new NpgsqlParameter<long?[]> { TypedValue = [.. batch.Updated.Select(row => row.Link)] });
        update.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = [.. batch.Updated.Select(row => row.Cid.ToBytes())] });
        update.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = [.. batch.Updated.Select(row => row.Value)] });

        var delete = new NpgsqlBatchCommand(
            """
            DELETE FROM repo.record AS r USING unnest($2, $3) AS old (collection, rkey)
            WHERE r.repo_id = $1 AND r.collection = old.collection AND r.rkey = old.rkey
            """);
        delete.Parameters.Add(new NpgsqlParameter<long> { TypedValue = repoId });
        delete.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. batch.Deleted.Select(path => path.Collection)] });
        delete.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. batch.Deleted.Select(path => path.Rkey)] });

        await using var commands = new NpgsqlBatch(connection) { BatchCommands = { update, delete } };
        await commands.ExecuteNonQueryAsync(cancellationToken);
    }
}
