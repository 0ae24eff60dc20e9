using System.Data;
using System.Runtime.CompilerServices;
using AtProto;
using Npgsql;
using Pds.Modules.Repo.Storage;

namespace Pds.Modules.Repo.Verification;

/// <summary>All rows of a repository as they were at one moment, however long it takes to read them.</summary>
internal sealed class VerificationStore : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _moment;

    private VerificationStore(NpgsqlConnection connection, NpgsqlTransaction moment) => (_connection, _moment) = (connection, moment);

    public static async Task<VerificationStore> OpenAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        return new VerificationStore(connection, await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken));
    }

    public async Task<VerifiedHead?> FindAsync(Did did, CancellationToken cancellationToken)
    {
        await using var command = Command(
            """
            SELECT r.id, r.status, r.rev, r.cid, r.data, r.commit, k.did_key, k.sealed
            FROM repo.repo AS r JOIN repo.signing_key AS k ON k.id = r.signing_key_id WHERE r.did = $1
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = did.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new VerifiedHead(
                reader.GetInt64(0), did, (AccountStatus)reader.GetInt16(1), new Tid(reader.GetInt64(2)), RepoStore.ReadCid(reader, 3),
                RepoStore.ReadCid(reader, 4), reader.GetFieldValue<byte[]>(5), reader.GetString(6), reader.GetFieldValue<byte[]>(7))
            : null;
    }

    /// <summary>The collections in the order in which their records stand in the tree.</summary>
    public async Task<List<string>> ListCollectionsAsync(long repoId, CancellationToken cancellationToken)
    {
        await using var command = Command(
            """
            WITH RECURSIVE next AS (
                SELECT (SELECT min(collection) FROM repo.record WHERE repo_id = $1) AS collection
                UNION ALL
                SELECT (SELECT min(collection) FROM repo.record WHERE repo_id = $1 AND collection > next.collection)
                FROM next WHERE next.collection IS NOT NULL
            )
            SELECT collection FROM next WHERE collection IS NOT NULL ORDER BY collection || '/'
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = repoId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var collections = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            collections.Add(reader.GetString(0));
        }

        return collections;
    }

    /// <summary>The records of a collection by key, each with the blobs that it is noted to name.</summary>
    public async IAsyncEnumerable<VerifiedRecord> ReadRecordsAsync(
        long repoId, string collection, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = Command(
            """
            SELECT r.rkey, r.rev, r.link, r.cid, r.value, ARRAY(
                SELECT b.cid FROM repo.record_blob AS b WHERE b.repo_id = r.repo_id AND b.collection = r.collection AND b.rkey = r.rkey)
            FROM repo.record AS r WHERE r.repo_id = $1 AND r.collection = $2 ORDER BY r.rkey
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = repoId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = collection });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            yield return new VerifiedRecord(
                collection, reader.GetString(0), new Tid(reader.GetInt64(1)), reader.IsDBNull(2) ? null : reader.GetInt64(2),
                RepoStore.ReadCid(reader, 3), reader.GetFieldValue<byte[]>(4), reader.GetFieldValue<byte[][]>(5));
        }
    }

    public async IAsyncEnumerable<(Cid Cid, Tid Rev, byte[] Bytes)> ReadNodesAsync(
        long repoId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = Command("SELECT cid, rev, bytes FROM repo.node WHERE repo_id = $1");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = repoId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            yield return (RepoStore.ReadCid(reader, 0), new Tid(reader.GetInt64(1)), reader.GetFieldValue<byte[]>(2));
        }
    }

    /// <summary>Notes of records that are not there.</summary>
    public async Task<List<BlobUse>> ListStrayUsesAsync(long repoId, CancellationToken cancellationToken)
    {
        await using var command = Command(
            """
            SELECT cid, collection, rkey, rev FROM repo.record_blob AS use WHERE repo_id = $1 AND NOT EXISTS (
                SELECT FROM repo.record AS r WHERE r.repo_id = use.repo_id AND r.collection = use.collection AND r.rkey = use.rkey)
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = repoId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var uses = new List<BlobUse>();
        while (await reader.ReadAsync(cancellationToken))
        {
            uses.Add(new BlobUse(RepoStore.ReadCid(reader, 0), reader.GetString(1), reader.GetString(2), new Tid(reader.GetInt64(3))));
        }

        return uses;
    }

    public async Task<List<VerifiedBlob>> ListBlobsAsync(long repoId, CancellationToken cancellationToken)
    {
        await using var command = Command(
            """
            SELECT cid, size, storage_key, temporary, takedown IS NOT NULL, EXISTS (
                SELECT FROM repo.record_blob AS use WHERE use.repo_id = b.repo_id AND use.cid = b.cid)
            FROM repo.blob AS b WHERE repo_id = $1
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = repoId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var blobs = new List<VerifiedBlob>();
        while (await reader.ReadAsync(cancellationToken))
        {
            blobs.Add(new VerifiedBlob(
                RepoStore.ReadCid(reader, 0), reader.GetInt64(1), reader.GetString(2), reader.GetBoolean(3), reader.GetBoolean(4),
                reader.GetBoolean(5)));
        }

        return blobs;
    }

    /// <summary>How many blobs records name that are not here.</summary>
    public async Task<long> CountMissingBlobsAsync(long repoId, CancellationToken cancellationToken)
    {
        await using var command = Command(
            """
            SELECT count(DISTINCT cid) FROM repo.record_blob AS use WHERE repo_id = $1
                AND NOT EXISTS (SELECT FROM repo.blob AS b WHERE b.repo_id = use.repo_id AND b.cid = use.cid)
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = repoId });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async ValueTask DisposeAsync()
    {
        await _moment.DisposeAsync();
        await _connection.DisposeAsync();
    }

    // Without a time limit: the rows of a large repository take as long as they take to be looked at.
    private NpgsqlCommand Command(string sql) => new(sql, _connection, _moment) { CommandTimeout = 0 };
}
