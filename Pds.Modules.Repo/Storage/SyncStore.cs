using System.Data;
using System.Globalization;
using AtProto;
using AtProto.Repo;
using Npgsql;
using Pds.Postgres;

namespace Pds.Modules.Repo.Storage;

/// <summary>What the sync methods read of repositories.</summary>
internal sealed class SyncStore(NpgsqlDataSource database, SharedReads reads)
{
    private const string HeadColumns = "id, did, cid, rev, status";

    /// <summary>Where a repository stands; null when there is none here.</summary>
    public Task<RepoHead?> FindHeadAsync(Did did, CancellationToken cancellationToken)
    {
        var command = new NpgsqlBatchCommand($"SELECT {HeadColumns} FROM repo.repo WHERE did = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = did.Value });
        return reads.RunAsync(
            command,
            static async (reader, cancellation) => await reader.ReadAsync(cancellation) ? ReadHead(reader) : null,
            cancellationToken);
    }

    /// <summary>Where a repository stands, and its blob of this name; null each when there is none.</summary>
    public Task<(RepoHead? Head, StoredBlob? Blob)> FindBlobAsync(Did did, Cid cid, CancellationToken cancellationToken)
    {
        var command = new NpgsqlBatchCommand(
            """
            SELECT r.id, r.did, r.cid, r.rev, r.status, b.mime_type, b.size, b.storage_key, b.takedown IS NOT NULL
            FROM repo.repo AS r LEFT JOIN repo.blob AS b ON b.repo_id = r.id AND b.cid = $2
            WHERE r.did = $1
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = did.Value });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = cid.ToBytes() });
        return reads.RunAsync<(RepoHead?, StoredBlob?)>(
            command,
            async (reader, cancellation) => await reader.ReadAsync(cancellation)
                ? (ReadHead(reader), reader.IsDBNull(5) ? null : BlobStore.Read(reader, cid, firstColumn: 5))
                : (null, null),
            cancellationToken);
    }

    /// <summary>Repositories in the order of their creation, after the one with this id.</summary>
    public async Task<List<RepoHead>> ListAsync(long after, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"SELECT {HeadColumns} FROM repo.repo WHERE id > $1 AND status <> {(int)AccountStatus.Deleted} ORDER BY id LIMIT $2");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = limit });

        var heads = new List<RepoHead>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            heads.Add(ReadHead(reader));
        }

        return heads;
    }

    /// <summary>
    /// Active repositories with records of a collection, in the order of their creation, after the one with this id. Looks at a
    /// bounded number of repositories.
    /// </summary>
    /// <returns>The repositories, and the id after which to go on; null when all have been looked at.</returns>
    public async Task<(List<Did> Dids, long? Next)> ListByCollectionAsync(
        Nsid collection, long after, int limit, CancellationToken cancellationToken)
    {
        const int maxLookedAt = 20_000;
        await using var command = database.CreateCommand(
            """
            WITH page AS MATERIALIZED (
                SELECT id, did, status FROM repo.repo WHERE id > $1 ORDER BY id LIMIT $4
            ), found AS (
                SELECT id, did FROM page
                WHERE status = 0 AND EXISTS (SELECT FROM repo.record WHERE repo_id = page.id AND collection = $2)
                ORDER BY id LIMIT $3
            )
            SELECT id, did FROM found
            UNION ALL
            SELECT max(id), NULL FROM page HAVING count(*) = $4
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = collection.Value });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = limit });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = maxLookedAt });

        var dids = new List<Did>();
        var last = 0L;
        long? lookedAt = null;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.IsDBNull(1))
            {
                lookedAt = reader.GetInt64(0);
            }
            else
            {
                last = reader.GetInt64(0);
                dids.Add(Did.Parse(reader.GetString(1)));
            }
        }

        return (dids, dids.Count == limit ? last : lookedAt);
    }

    /// <summary>
    /// Every block of a repository, or the commit and those that came after a revision: all of one moment, however long it is
    /// read, and a buffer full at a time.
    /// </summary>
    public async Task<BlockCopy> OpenBlocksAsync(long repoId, Tid? since, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            var moment = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
            var (commit, tip) = await StartScanAsync(connection, repoId, cancellationToken);

            // COPY takes no parameters; these are numbers.
            var after = since?.Value ?? -1;
            var rows = await connection.BeginRawBinaryCopyAsync(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"""
                    COPY (
                        SELECT cid, bytes FROM repo.settled_node WHERE repo_id = {repoId} AND rev > {after}
                        UNION ALL
                        SELECT cid, value FROM repo.record WHERE repo_id = {repoId} AND rev > {after}
                    ) TO STDOUT (FORMAT BINARY)
                    """),
                cancellationToken);
            return new BlockCopy(connection, moment, commit, [.. tip.Nodes.Where(node => node.Rev.Value > after)], rows);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>The blocks with these names that the repository has now.</summary>
    public async Task<List<Block>> FindBlocksAsync(long repoId, Cid[] cids, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT cid, commit FROM repo.repo WHERE id = $1 AND cid = ANY ($2)
            UNION ALL
            SELECT cid, bytes FROM repo.node WHERE repo_id = $1 AND cid = ANY ($2)
            UNION ALL
            SELECT DISTINCT ON (cid) cid, value FROM repo.record WHERE repo_id = $1 AND cid = ANY ($2)
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = repoId });
        command.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = Array.ConvertAll(cids, cid => cid.ToBytes()) });

        var blocks = new List<Block>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            blocks.Add(ReadBlock(reader));
        }

        return blocks;
    }

    /// <summary>The blocks that prove a record or its absence: commit, nodes on its path, and the record where there is one.</summary>
    public async Task<List<Block>> ProveAsync(long repoId, Nsid collection, RecordKey rkey, CancellationToken cancellationToken)
    {
        // The nodes are asked for one after the other, of one and the same moment.
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var moment = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);

        var (commit, root, tip) = await ReadCommitAsync(connection, repoId, cancellationToken);
        var tree = MerkleTree.FromRoot(root);
        var key = System.Text.Encoding.ASCII.GetBytes($"{collection}/{rkey}");
        IReadOnlyList<Block> path;
        while (!CommitProof.TryCollect(tree, key, out path, out var missing))
        {
            missing.Attach(tip.Find(missing.Cid) ?? await ReadNodeAsync(connection, repoId, missing.Cid, cancellationToken));
        }

        List<Block> blocks = [commit, .. path];
        if (tree.Get(key) is not null)
        {
            blocks.Add(await ReadRecordAsync(connection, repoId, collection, rkey, cancellationToken));
        }

        return blocks;
    }

    // To start processes that help with a scan takes longer than the scan of most repositories, so none are for this transaction.
    private static async Task<(Block Commit, NodeTip Tip)> StartScanAsync(NpgsqlConnection connection, long repoId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT r.cid, r.commit, t.nodes, set_config('max_parallel_workers_per_gather', '0', true)
            FROM repo.repo AS r LEFT JOIN repo.tip AS t ON t.repo_id = r.id WHERE r.id = $1
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = repoId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (ReadBlock(reader), ReadTip(reader, 2)) : throw Deleted();
    }

    private static async Task<(Block Commit, Cid Root, NodeTip Tip)> ReadCommitAsync(
        NpgsqlConnection connection, long repoId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "SELECT r.cid, r.commit, r.data, t.nodes FROM repo.repo AS r LEFT JOIN repo.tip AS t ON t.repo_id = r.id WHERE r.id = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = repoId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? (ReadBlock(reader), ReadCid(reader, 2), ReadTip(reader, 3))
            : throw Deleted();
    }

    private static InvalidOperationException Deleted() => new("The repository was deleted while it was read.");

    private static async Task<byte[]> ReadNodeAsync(
        NpgsqlConnection connection, long repoId, Cid cid, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT bytes FROM repo.settled_node WHERE repo_id = $1 AND cid = $2", connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = repoId });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = cid.ToBytes() });
        return (byte[]?)await command.ExecuteScalarAsync(cancellationToken)
            ?? throw new InvalidOperationException($"A node of the tree is not stored: {cid}");
    }

    private static async Task<Block> ReadRecordAsync(
        NpgsqlConnection connection, long repoId, Nsid collection, RecordKey rkey, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "SELECT cid, value FROM repo.record WHERE repo_id = $1 AND collection = $2 AND rkey = $3", connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = repoId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = collection.Value });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = rkey.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? ReadBlock(reader)
            : throw new InvalidOperationException($"A record of the tree is not stored: {collection}/{rkey}");
    }

    private static RepoHead ReadHead(NpgsqlDataReader reader) => new(
        reader.GetInt64(0), Did.Parse(reader.GetString(1)), ReadCid(reader, 2), new Tid(reader.GetInt64(3)), (AccountStatus)reader.GetInt16(4));

    private static Block ReadBlock(NpgsqlDataReader reader) => new(ReadCid(reader, 0), reader.GetFieldValue<byte[]>(1));

    private static NodeTip ReadTip(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? NodeTip.Empty : NodeTip.Decode(reader.GetFieldValue<byte[]>(column));

    private static Cid ReadCid(NpgsqlDataReader reader, int column) =>
        Cid.TryRead(reader.GetFieldValue<byte[]>(column), out var cid) ? cid : throw new InvalidOperationException("A stored CID is broken.");
}
