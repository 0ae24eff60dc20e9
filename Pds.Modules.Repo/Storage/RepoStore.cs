using AtProto;
using AtProto.Repo;
using Npgsql;
using Pds.Modules.Repo.Firehose;
using Pds.Modules.Repo.Keys;

namespace Pds.Modules.Repo.Storage;

/// <summary>Repositories as a whole: their heads, and how they come, change status and go.</summary>
internal sealed class RepoStore(NpgsqlDataSource database, EventPartitionStore partitions)
{
    /// <summary>The head, the key, and the nodes of a tree that is small enough to come along.</summary>
    public async Task<StoredRepo?> FindAsync(Did did, int maxNodes, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        var head = new NpgsqlBatchCommand(
            """
            SELECT r.id, r.status, r.rev, r.cid, r.data, k.id, k.did_key, k.sealed, t.nodes
            FROM repo.repo AS r JOIN repo.signing_key AS k ON k.id = r.signing_key_id LEFT JOIN repo.tip AS t ON t.repo_id = r.id
            WHERE r.did = $1
            """);
        head.Parameters.Add(new NpgsqlParameter<string> { TypedValue = did.Value });
        var nodes = new NpgsqlBatchCommand(
            "SELECT cid, bytes FROM repo.settled_node WHERE repo_id = (SELECT id FROM repo.repo WHERE did = $1) LIMIT $2");
        nodes.Parameters.Add(new NpgsqlParameter<string> { TypedValue = did.Value });
        nodes.Parameters.Add(new NpgsqlParameter<long> { TypedValue = maxNodes });
        batch.BatchCommands.Add(head);
        batch.BatchCommands.Add(nodes);

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var repo = new StoredRepo(
            reader.GetInt64(0), did, (AccountStatus)reader.GetInt16(1), new Tid(reader.GetInt64(2)),
            ReadCid(reader, 3), ReadCid(reader, 4),
            new StoredKey(reader.GetInt64(5), reader.GetString(6), reader.GetFieldValue<byte[]>(7)),
            reader.IsDBNull(8) ? null : NodeTip.Decode(reader.GetFieldValue<byte[]>(8)));
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            repo.Nodes.Add(ReadCid(reader, 0), reader.GetFieldValue<byte[]>(1));
        }

        return repo;
    }

    /// <summary>The current commit of an active repository; null when there is none.</summary>
    public async Task<Cid?> FindHeadAsync(long repoId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT cid FROM repo.repo WHERE id = $1 AND status = 0");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = repoId });

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? ReadCid(reader, 0) : null;
    }

    /// <summary>The current commit's block; null when there is no repository.</summary>
    public async Task<byte[]?> FindCommitAsync(Did did, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT commit FROM repo.repo WHERE did = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = did.Value });
        return (byte[]?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>Whether there is a repository of a DID, and its status.</summary>
    public async Task<AccountStatus?> FindStatusAsync(Did did, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT status FROM repo.repo WHERE did = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = did.Value });
        return await command.ExecuteScalarAsync(cancellationToken) is short status ? (AccountStatus)status : null;
    }

    /// <summary>A node of the current tree; null when it is not, or not any more, one of it.</summary>
    public async Task<byte[]?> ReadNodeAsync(long repoId, Cid cid, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT bytes FROM repo.node WHERE repo_id = $1 AND cid = $2 LIMIT 1");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = repoId });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = cid.ToBytes() });
        return (byte[]?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>Adds a repository of one node, with its events. Null, and nothing done, when the DID has one.</summary>
    public async Task<(long RepoId, long FirstSeq)?> AddAsync(
        NewRepo repo, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken)
    {
        var command = new NpgsqlBatchCommand(
            $"""
            WITH repo AS (
                INSERT INTO repo.repo (did, signing_key_id, status, created_at, rev, cid, data, commit)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                ON CONFLICT (did) DO NOTHING
                RETURNING id
            ), node AS (
                INSERT INTO repo.settled_node (repo_id, cid, rev, bytes) SELECT id, $7, $5, $9 FROM repo
            ), {EventStore.AppendForRepo(first: 10)}
            """);
        command.Parameters.AddWithValue(repo.Did.Value);
        command.Parameters.AddWithValue(repo.SigningKeyId);
        command.Parameters.AddWithValue((short)repo.Status);
        command.Parameters.AddWithValue(repo.CreatedAt);
        command.Parameters.AddWithValue(repo.Commit.Rev.Value);
        command.Parameters.AddWithValue(repo.Commit.Cid.ToBytes());
        command.Parameters.AddWithValue(repo.Commit.Data.ToBytes());
        command.Parameters.AddWithValue(repo.Commit.Bytes);
        command.Parameters.AddWithValue(repo.Node);
        EventStore.AddParameters(command, events);

        return await AppendAsync(command, cancellationToken);
    }

    /// <summary>Appends events of a repository; null when there is none.</summary>
    public async Task<(long RepoId, long FirstSeq)?> AppendEventsAsync(
        Did did, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken)
    {
        var command = new NpgsqlBatchCommand(
            $"WITH repo AS (SELECT id FROM repo.repo WHERE did = $1), {EventStore.AppendForRepo(first: 2)}");
        command.Parameters.AddWithValue(did.Value);
        EventStore.AddParameters(command, events);

        return await AppendAsync(command, cancellationToken);
    }

    /// <summary>Appends events of a repository that are true of one head; null when that is not its head, or there is none.</summary>
    public async Task<(long RepoId, long FirstSeq)?> AppendEventsAsync(
        Did did, Cid head, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken)
    {
        var command = new NpgsqlBatchCommand(
            $"WITH repo AS (SELECT id FROM repo.repo WHERE did = $1 AND cid = $2), {EventStore.AppendForRepo(first: 3)}");
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue(head.ToBytes());
        EventStore.AddParameters(command, events);

        return await AppendAsync(command, cancellationToken);
    }

    /// <summary>Sets the status, with the events that say so; null when there is no repository.</summary>
    public async Task<(long RepoId, long FirstSeq)?> SetStatusAsync(
        Did did, AccountStatus status, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken)
    {
        var command = new NpgsqlBatchCommand(
            $"""
            WITH repo AS (UPDATE repo.repo SET status = $2 WHERE did = $1 AND status <> {(int)AccountStatus.Deleted} RETURNING id),
            {EventStore.AppendForRepo(first: 3)}
            """);
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue((short)status);
        EventStore.AddParameters(command, events);

        return await AppendAsync(command, cancellationToken);
    }

    /// <summary>
    /// Puts another commit of the same tree on the head, signed by the key named; null, and nothing done, when the head or the status
    /// is not what it was.
    /// </summary>
    public async Task<(long RepoId, long FirstSeq)?> RenewHeadAsync(
        StoredRepo repo, SignedCommit head, long signingKeyId, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken)
    {
        var command = new NpgsqlBatchCommand(
            $"""
            WITH repo AS (
                UPDATE repo.repo SET rev = $4, cid = $5, commit = $6, signing_key_id = $7
                WHERE id = $1 AND cid = $2 AND status = $3
                RETURNING id
            ), {EventStore.AppendForRepo(first: 8)}
            """);
        command.Parameters.AddWithValue(repo.Id);
        command.Parameters.AddWithValue(repo.Head.ToBytes());
        command.Parameters.AddWithValue((short)repo.Status);
        command.Parameters.AddWithValue(head.Rev.Value);
        command.Parameters.AddWithValue(head.Cid.ToBytes());
        command.Parameters.AddWithValue(head.Bytes);
        command.Parameters.AddWithValue(signingKeyId);
        EventStore.AddParameters(command, events);

        return await AppendAsync(command, cancellationToken);
    }

    /// <summary>
    /// Marks the repository as deleted, takes its events from the log and appends the last one; null when there is none
    /// or it is marked already. <see cref="SweepAsync"/> does the rest, without the lock that all writers wait for.
    /// </summary>
    public async Task<(long RepoId, long FirstSeq)?> MarkDeletedAsync(
        Did did, NewEvent deleted, CancellationToken cancellationToken)
    {
        var command = new NpgsqlBatchCommand(
            $"""
            WITH repo AS (
                UPDATE repo.repo SET status = {(int)AccountStatus.Deleted}
                WHERE did = $1 AND status <> {(int)AccountStatus.Deleted}
                RETURNING id
            ), purged AS (
                DELETE FROM repo.event USING repo WHERE event.repo_id = repo.id
            ), {EventStore.AppendForRepo(first: 2)}
            """);
        command.Parameters.AddWithValue(did.Value);
        EventStore.AddParameters(command, [deleted]);

        return await AppendAsync(command, cancellationToken);
    }

    /// <summary>Removes what a repository marked as deleted has left.</summary>
    public async Task SweepAsync(Did did, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            WITH gone AS (
                DELETE FROM repo.repo WHERE did = $1 AND status = {(int)AccountStatus.Deleted} RETURNING id, signing_key_id
            ), node AS (
                DELETE FROM repo.settled_node USING gone WHERE repo_id = gone.id
            ), tip AS (
                DELETE FROM repo.tip USING gone WHERE repo_id = gone.id
            ), record AS (
                DELETE FROM repo.record USING gone WHERE repo_id = gone.id
            ), record_blob AS (
                DELETE FROM repo.record_blob USING gone WHERE repo_id = gone.id
            ), blob AS (
                DELETE FROM repo.blob USING gone WHERE repo_id = gone.id RETURNING storage_key
            ), signing_key AS (
                DELETE FROM repo.signing_key AS k USING gone WHERE k.id = gone.signing_key_id OR k.reserved_for = $1
            )
            INSERT INTO repo.blob_deletion (storage_key, created_at) SELECT storage_key, now() FROM blob
            """);
        command.Parameters.AddWithValue(did.Value);

        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    internal static Cid ReadCid(NpgsqlDataReader reader, int ordinal) =>
        Cid.TryRead(reader.GetFieldValue<byte[]>(ordinal), out var cid)
            ? cid
            : throw new InvalidDataException("A stored CID is malformed.");

    private async Task<(long RepoId, long FirstSeq)?> AppendAsync(
        NpgsqlBatchCommand command, CancellationToken cancellationToken)
    {
        try
        {
            return await TryAppendAsync(command, cancellationToken);
        }
        catch (PostgresException exception) when (EventPartitionStore.IsBeyondEnd(exception))
        {
            await partitions.ReachAsync(cancellationToken);
            return await TryAppendAsync(command, cancellationToken);
        }
    }

    private async Task<(long RepoId, long FirstSeq)?> TryAppendAsync(
        NpgsqlBatchCommand command, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(EventStore.LockSequencer));
        batch.BatchCommands.Add(command);

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetInt64(0), reader.GetInt64(1)) : null;
    }
}
