using AtProto;
using Npgsql;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Storage;

/// <summary>Begins the transactions of imports.</summary>
internal sealed class ImportStore(NpgsqlDataSource database)
{
    /// <summary>The advisory lock, seeded with a repository's number, that every commit shares and an import has alone.</summary>
    public const string HeadLock = "repo.head";

    /// <summary>Begins an import. There is one at a time for each repository.</summary>
    /// <exception cref="XrpcException">Another import of this repository is on its way.</exception>
    public async Task<RunningImport> BeginAsync(long repoId, Tid rev, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken);
            if (await TryLockAsync(connection, repoId, cancellationToken))
            {
                // From here until the end no process moves this head: its commit would wait for rows of ours, with the lock of
                // the event sequence in its hand and everybody behind it.
                await RunAsync(connection, $"SELECT pg_advisory_xact_lock(hashtextextended('{HeadLock}', $1))", repoId, cancellationToken);

                // An import knows settled nodes only. When it does not move the head in the end, this is undone, too.
                await RunAsync(
                    connection,
                    """
                    INSERT INTO repo.settled_node (repo_id, cid, rev, bytes)
                    SELECT $1, n.cid, n.rev, n.bytes FROM repo.tip AS t, repo.tip_nodes(t.nodes) AS n WHERE t.repo_id = $1
                    """,
                    repoId, cancellationToken);
                await RunAsync(connection, "UPDATE repo.tip SET nodes = '' WHERE repo_id = $1", repoId, cancellationToken);
                return new RunningImport(connection, transaction, repoId, rev);
            }

            throw XrpcErrors.InvalidRequest("Another import of this repository is running");
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, long repoId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = repoId });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // The plans must not follow the statistics of tables that were small a moment ago.
    private static async Task<bool> TryLockAsync(NpgsqlConnection connection, long repoId, CancellationToken cancellationToken)
    {
        var @lock = new NpgsqlBatchCommand("SELECT pg_try_advisory_xact_lock(hashtextextended('repo.import', $1))");
        @lock.Parameters.Add(new NpgsqlParameter<long> { TypedValue = repoId });
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands = { new NpgsqlBatchCommand("SET LOCAL enable_seqscan = off"), new NpgsqlBatchCommand("SET LOCAL jit = off"), @lock },
        };
        return (bool)(await batch.ExecuteScalarAsync(cancellationToken))!;
    }
}
