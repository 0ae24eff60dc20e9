using AtProto;
using Npgsql;
using Pds.Contracts.Repo;

namespace Pds.Modules.Repo.Storage;

/// <summary>Measures repositories: one, or all of them.</summary>
public sealed class FigureStore(NpgsqlDataSource database)
{
    // Counting as many rows takes Postgres about half a second.
    private const long MostCounted = 2_000_000;

    /// <summary>What a repository takes; null when there is none.</summary>
    public async Task<RepositorySize?> FindAsync(Did did, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT r.rev, record.count, octet_length(r.commit) + node.bytes + record.bytes, blob.count, blob.bytes, blob.temporary,
                record.takendown, blob.takendown
            FROM repo.repo AS r,
                LATERAL (SELECT coalesce(sum(octet_length(bytes)), 0)::bigint AS bytes FROM repo.node WHERE repo_id = r.id) AS node,
                LATERAL (
                    SELECT count(*) AS count, coalesce(sum(octet_length(value)), 0)::bigint AS bytes, count(takedown) AS takendown
                    FROM repo.record WHERE repo_id = r.id) AS record,
                LATERAL (
                    SELECT count(*) AS count, coalesce(sum(size), 0)::bigint AS bytes, count(*) FILTER (WHERE temporary) AS temporary,
                        count(takedown) AS takendown
                    FROM repo.blob WHERE repo_id = r.id) AS blob
            WHERE r.did = $1
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = did.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new RepositorySize(
                new Tid(reader.GetInt64(0)), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4),
                reader.GetInt64(5), reader.GetInt64(6), reader.GetInt64(7))
            : null;
    }

    /// <summary>What all repositories take.</summary>
    /// <param name="blobStore">Where blobs are kept.</param>
    public async Task<StorageFigures> GetAsync(string blobStore, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            WITH size AS (
                SELECT greatest(record.reltuples, 0)::bigint AS records, greatest(blob.reltuples, 0)::bigint AS blobs,
                    record.reltuples > $1 OR blob.reltuples > $1 AS large
                FROM pg_class AS record, pg_class AS blob
                WHERE record.oid = 'repo.record'::regclass AND blob.oid = 'repo.blob'::regclass)
            SELECT (SELECT count(*) FROM repo.repo),
                CASE WHEN large THEN records ELSE (SELECT count(*) FROM repo.record) END,
                CASE WHEN large THEN blobs ELSE (SELECT count(*) FROM repo.blob) END,
                (SELECT coalesce(sum(size), 0)::bigint FROM repo.blob),
                large, pg_total_relation_size('repo.record'), pg_total_relation_size('repo.settled_node') + pg_total_relation_size('repo.tip'),
                pg_database_size(current_database()), current_setting('server_version')
            FROM size
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = MostCounted });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new StorageFigures(
            reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetBoolean(4), reader.GetInt64(5),
            reader.GetInt64(6), reader.GetInt64(7), reader.GetString(8), blobStore);
    }
}
