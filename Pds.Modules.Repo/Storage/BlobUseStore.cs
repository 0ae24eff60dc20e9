using AtProto;
using AtProto.Data;
using Npgsql;

namespace Pds.Modules.Repo.Storage;

/// <summary>Reads what is known of blobs that records name.</summary>
internal sealed class BlobUseStore(NpgsqlDataSource database)
{
    /// <summary>Type and size of those blobs that are there and not taken down.</summary>
    public async Task<Dictionary<Cid, (string MimeType, long Size)>> FindAsync(
        long repoId, IReadOnlyList<BlobReference> blobs, CancellationToken cancellationToken)
    {
        var cids = new byte[blobs.Count][];
        for (var i = 0; i < cids.Length; i++)
        {
            cids[i] = blobs[i].Cid.ToBytes();
        }

        await using var command = database.CreateCommand(
            "SELECT cid, mime_type, size FROM repo.blob WHERE repo_id = $1 AND cid = ANY ($2) AND takedown IS NULL");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = repoId });
        command.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = cids });

        var found = new Dictionary<Cid, (string, long)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(RepoStore.ReadCid(reader, 0), (reader.GetString(1), reader.GetInt64(2)));
        }

        return found;
    }

    /// <summary>Blobs that records name and that are not here, after a CID, in the order of their bytes, each with one of the records.</summary>
    public async Task<List<(Cid Cid, Nsid Collection, RecordKey Rkey)>> ListMissingAsync(
        Did did, Cid? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT DISTINCT ON (use.cid) use.cid, use.collection, use.rkey
            FROM repo.record_blob AS use
            WHERE use.repo_id = (SELECT id FROM repo.repo WHERE did = $1) AND use.cid > $2
                AND NOT EXISTS (SELECT FROM repo.blob AS b WHERE b.repo_id = use.repo_id AND b.cid = use.cid)
            ORDER BY use.cid, use.collection, use.rkey LIMIT $3
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = did.Value });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = after?.ToBytes() ?? [] });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = limit });

        var missing = new List<(Cid, Nsid, RecordKey)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            missing.Add((RepoStore.ReadCid(reader, 0), Nsid.Parse(reader.GetString(1)), RecordKey.Parse(reader.GetString(2))));
        }

        return missing;
    }
}
