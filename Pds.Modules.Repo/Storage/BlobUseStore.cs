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
}
