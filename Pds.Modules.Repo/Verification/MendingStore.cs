using AtProto.Repo;
using Npgsql;
using Pds.Modules.Repo.Firehose;

namespace Pds.Modules.Repo.Verification;

/// <summary>Puts rows right that follow from the records.</summary>
internal sealed class MendingStore(NpgsqlDataSource database)
{
    /// <summary>False, and nothing done, when the head is not where it was looked at.</summary>
    /// <param name="nodes">The blocks of <see cref="Mending.MissingNodes"/>.</param>
    public async Task<bool> ApplyAsync(VerifiedHead head, Mending mending, List<Block> nodes, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // Whoever writes takes the same lock first: under it the head stays where it is.
        await ExecuteAsync(connection, EventStore.LockSequencer, cancellationToken);
        await using (var find = new NpgsqlCommand("SELECT cid = $2 FROM repo.repo WHERE id = $1", connection))
        {
            find.Parameters.AddWithValue(head.RepoId);
            find.Parameters.AddWithValue(head.Head.ToBytes());
            if (await find.ExecuteScalarAsync(cancellationToken) is not true)
            {
                return false;
            }
        }

        await MendNodesAsync(connection, head, mending, nodes, cancellationToken);
        await MendRecordsAsync(connection, head, mending, cancellationToken);
        if (mending.HasWrongBlobs || mending.MissingUses.Count + mending.StrayUses.Count > 0)
        {
            // What no record names has again as long as an upload to be named.
            await ExecuteAsync(
                connection,
                """
                WITH looked AS (
                    SELECT cid, EXISTS (SELECT FROM repo.record_blob AS use WHERE use.repo_id = b.repo_id AND use.cid = b.cid) AS named
                    FROM repo.blob AS b WHERE repo_id = $1 AND takedown IS NULL
                )
                UPDATE repo.blob AS b SET temporary = NOT named, created_at = CASE WHEN named THEN created_at ELSE now() END
                FROM looked WHERE b.repo_id = $1 AND b.cid = looked.cid AND b.temporary = named
                """,
                cancellationToken, head.RepoId);
        }

        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private static async Task MendNodesAsync(
        NpgsqlConnection connection, VerifiedHead head, Mending mending, List<Block> nodes, CancellationToken cancellationToken)
    {
        await ExecuteAsync(
            connection, "DELETE FROM repo.node WHERE repo_id = $1 AND cid = ANY ($2)", cancellationToken,
            head.RepoId, mending.StrayNodes.Select(cid => cid.ToBytes()).ToArray());
        await ExecuteAsync(
            connection,
            """
            INSERT INTO repo.settled_node (repo_id, cid, rev, bytes) SELECT $1, cid, $2, bytes FROM unnest($3, $4) AS new (cid, bytes)
            ON CONFLICT DO NOTHING
            """,
            cancellationToken,
            head.RepoId, head.Rev.Value, nodes.Select(node => node.Cid.ToBytes()).ToArray(), nodes.Select(node => node.Bytes).ToArray());
    }

    private static async Task MendRecordsAsync(
        NpgsqlConnection connection, VerifiedHead head, Mending mending, CancellationToken cancellationToken)
    {
        await ExecuteAsync(
            connection,
            """
            DELETE FROM repo.record_blob AS use USING unnest($2, $3, $4) AS old (cid, collection, rkey)
            WHERE use.repo_id = $1 AND use.cid = old.cid AND use.collection = old.collection AND use.rkey = old.rkey
            """,
            cancellationToken,
            head.RepoId, Cids(mending.StrayUses), mending.StrayUses.Select(use => use.Collection).ToArray(),
            mending.StrayUses.Select(use => use.Rkey).ToArray());
        await ExecuteAsync(
            connection,
            """
            INSERT INTO repo.record_blob (repo_id, cid, collection, rkey, rev)
            SELECT $1, cid, collection, rkey, rev FROM unnest($2, $3, $4, $5) AS new (cid, collection, rkey, rev)
            ON CONFLICT DO NOTHING
            """,
            cancellationToken,
            head.RepoId, Cids(mending.MissingUses), mending.MissingUses.Select(use => use.Collection).ToArray(),
            mending.MissingUses.Select(use => use.Rkey).ToArray(), mending.MissingUses.Select(use => use.Rev.Value).ToArray());
        await ExecuteAsync(
            connection,
            """
            UPDATE repo.record AS r SET link = new.link FROM unnest($2, $3, $4) AS new (collection, rkey, link)
            WHERE r.repo_id = $1 AND r.collection = new.collection AND r.rkey = new.rkey
            """,
            cancellationToken,
            head.RepoId, mending.Links.Select(item => item.Collection).ToArray(), mending.Links.Select(item => item.Rkey).ToArray(),
            mending.Links.Select(item => item.Link).ToArray());
    }

    private static byte[][] Cids(List<BlobUse> uses) => [.. uses.Select(use => use.Cid.ToBytes())];

    private static async Task ExecuteAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
        {
            command.Parameters.AddWithValue(parameter);
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
