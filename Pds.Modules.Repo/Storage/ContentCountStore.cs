using AtProto;
using Npgsql;
using Pds.Contracts.Repo;

namespace Pds.Modules.Repo.Storage;

/// <summary>Counts what one repository holds.</summary>
public sealed class ContentCountStore(NpgsqlDataSource database)
{
    /// <summary>Null when there is no repository.</summary>
    public async Task<RepositoryCount?> FindAsync(Did did, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT r.cid, r.rev,
                (SELECT count(*) FROM repo.node WHERE repo_id = r.id),
                (SELECT count(DISTINCT cid) FROM repo.record WHERE repo_id = r.id),
                (SELECT count(*) FROM repo.record WHERE repo_id = r.id),
                (SELECT count(DISTINCT cid) FROM repo.record_blob WHERE repo_id = r.id),
                (SELECT count(*) FROM repo.blob WHERE repo_id = r.id)
            FROM repo.repo AS r WHERE r.did = $1
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = did.Value });

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new RepositoryCount(
                RepoStore.ReadCid(reader, 0),
                new Tid(reader.GetInt64(1)),
                Blocks: 1 + reader.GetInt64(2) + reader.GetInt64(3),
                Records: reader.GetInt64(4),
                ExpectedBlobs: reader.GetInt64(5),
                ImportedBlobs: reader.GetInt64(6))
            : null;
    }
}
