using AtProto;
using Npgsql;
using Pds.Modules.Repo.Firehose;

namespace Pds.Modules.Repo.Storage;

/// <summary>What is known of blobs; their bytes lie elsewhere.</summary>
internal sealed class BlobStore(NpgsqlDataSource database)
{
    /// <summary>
    /// Notes an upload. Of bytes that the repository has already, the file that is there stays, and its time to be named by
    /// a record begins anew.
    /// </summary>
    /// <returns>The blob as it is now known, whose key may be an older upload's; null when there is no repository.</returns>
    public async Task<StoredBlob?> AddAsync(Did did, StoredBlob blob, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            INSERT INTO repo.blob AS known (repo_id, cid, mime_type, size, storage_key, temporary, created_at)
            SELECT id, $2, $3, $4, $5, NOT EXISTS (SELECT FROM repo.record_blob WHERE repo_id = id AND cid = $2), $6
            FROM repo.repo WHERE did = $1
            ON CONFLICT (repo_id, cid) DO UPDATE SET
                created_at = excluded.created_at,
                mime_type = CASE WHEN known.temporary THEN excluded.mime_type ELSE known.mime_type END
            RETURNING mime_type, size, storage_key, takedown IS NOT NULL
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = did.Value });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = blob.Cid.ToBytes() });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = blob.MimeType });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = blob.Size });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = blob.StorageKey });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader, blob.Cid, firstColumn: 0) : null;
    }

    /// <summary>The blobs that records name, after a CID, in the order of their bytes; only of records written after a revision, if given.</summary>
    public async Task<List<Cid>> ListAsync(long repoId, Cid? after, Tid? since, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT DISTINCT cid FROM repo.record_blob
            WHERE repo_id = $1 AND cid > $2 AND rev > $3 ORDER BY cid LIMIT $4
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = repoId });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = after?.ToBytes() ?? [] });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = since?.Value ?? -1 });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = limit });

        var cids = new List<Cid>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            cids.Add(Cid.TryRead(reader.GetFieldValue<byte[]>(0), out var cid) ? cid : throw new InvalidOperationException("A stored CID is broken."));
        }

        return cids;
    }

    /// <summary>Forgets blobs that no record came to name since a time, and notes their files for deletion.</summary>
    public async Task ExpireAsync(DateTimeOffset before, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var expire = new NpgsqlBatchCommand(
            """
            WITH expired AS (
                DELETE FROM repo.blob AS b WHERE temporary AND created_at < $1
                    AND NOT EXISTS (SELECT FROM repo.record_blob AS use WHERE use.repo_id = b.repo_id AND use.cid = b.cid)
                RETURNING storage_key
            )
            INSERT INTO repo.blob_deletion (storage_key, created_at) SELECT storage_key, $2 FROM expired
            """);
        expire.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = before });
        expire.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });

        // Commits are made under the same lock: none of them can be naming a blob that goes here. An upload that ran beside an
        // import may have missed that the blob is named.
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(EventStore.LockSequencer));
        batch.BatchCommands.Add(expire);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Files to delete, oldest first.</summary>
    public async Task<List<string>> ListDeletionsAsync(int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT storage_key FROM repo.blob_deletion ORDER BY created_at LIMIT $1");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = limit });

        var keys = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            keys.Add(reader.GetString(0));
        }

        return keys;
    }

    /// <summary>Forgets files that have been deleted.</summary>
    public async Task RemoveDeletionsAsync(List<string> keys, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("DELETE FROM repo.blob_deletion WHERE storage_key = ANY ($1)");
        command.Parameters.Add(new NpgsqlParameter<List<string>> { TypedValue = keys });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A blob of four columns: its type, its size, its key, and whether it is taken down.</summary>
    public static StoredBlob Read(NpgsqlDataReader reader, Cid cid, int firstColumn) => new(
        cid, reader.GetString(firstColumn), reader.GetInt64(firstColumn + 1), reader.GetString(firstColumn + 2),
        reader.GetBoolean(firstColumn + 3));
}
