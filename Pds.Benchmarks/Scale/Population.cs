using System.Diagnostics;
using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace Pds.Benchmarks.Scale;

/// <summary>
/// Fills the database of a server with accounts that nobody signs in to, to see what many cost: identities, and repositories
/// whose trees and signatures are real. <c>-- population --database CONNECTION [--accounts N] [--records N]</c>.
/// </summary>
internal static class Population
{
    private const int Chunk = 500;

    public static async Task RunAsync(string[] args)
    {
        var database = Value(args, "--database") ?? throw new ArgumentException("--database is required: a connection string.");
        var accounts = int.Parse(Value(args, "--accounts") ?? "100000", CultureInfo.InvariantCulture);
        var records = int.Parse(Value(args, "--records") ?? "200", CultureInfo.InvariantCulture);

        await using var source = NpgsqlDataSource.Create(database);
        using var key = AtProto.Crypto.PrivateKey.Generate(AtProto.Crypto.KeyCurve.K256);
        await using var begin = source.CreateCommand(
            """
            WITH key AS (
                INSERT INTO repo.signing_key (did_key, sealed, created_at) VALUES ($1, '', now()) RETURNING id
            )
            SELECT key.id, coalesce((SELECT max(id) FROM repo.repo), 0) FROM key
            """);
        begin.Parameters.AddWithValue(key.PublicKey.ToDidKey());
        var (keyId, last) = await ReadAsync(begin);

        var started = Stopwatch.GetTimestamp();
        var workers = Enumerable.Range(0, Math.Max(1, Environment.ProcessorCount)).ToArray();
        var next = 0;
        await Parallel.ForEachAsync(workers, async (_, cancellationToken) =>
        {
            while (Interlocked.Add(ref next, Chunk) - Chunk is var first && first < accounts)
            {
                var count = Math.Min(Chunk, accounts - first);
                await AddAsync(source, key, keyId, last + first + 1, count, records, cancellationToken);
                Console.Write($"\r{first + count:N0} accounts, {Stopwatch.GetElapsedTime(started).TotalSeconds:N0} s");
            }
        });

        await using var end = source.CreateCommand("SELECT setval(pg_get_serial_sequence('repo.repo', 'id'), (SELECT max(id) FROM repo.repo))");
        await end.ExecuteNonQueryAsync();
        await using var analyze = source.CreateCommand("VACUUM ANALYZE");
        analyze.CommandTimeout = 0;
        await analyze.ExecuteNonQueryAsync();
        Console.WriteLine();
    }

    private static async Task AddAsync(
        NpgsqlDataSource source, AtProto.Crypto.PrivateKey key, long keyId, long firstId, int count, int records,
        CancellationToken cancellationToken)
    {
        var repositories = new GeneratedRepository[count];
        for (var i = 0; i < count; i++)
        {
            repositories[i] = new GeneratedRepository(firstId + i, records, key);
        }

        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await CopyAsync(connection, "identity.account (did, handle, status, created_at)", repositories, static async (rows, repo) =>
        {
            await rows.StartRowAsync();
            await rows.WriteAsync(repo.Did.Value, NpgsqlDbType.Text);
            await rows.WriteAsync($"account{repo.Id}.test", NpgsqlDbType.Text);
            await rows.WriteAsync((short)0, NpgsqlDbType.Smallint);
            await rows.WriteAsync(DateTimeOffset.UnixEpoch, NpgsqlDbType.TimestampTz);
        });
        await CopyAsync(
            connection, "repo.repo (id, did, signing_key_id, status, created_at, rev, cid, data, commit)", repositories, async (rows, repo) =>
            {
                await rows.StartRowAsync();
                await rows.WriteAsync(repo.Id, NpgsqlDbType.Bigint);
                await rows.WriteAsync(repo.Did.Value, NpgsqlDbType.Text);
                await rows.WriteAsync(keyId, NpgsqlDbType.Bigint);
                await rows.WriteAsync((short)0, NpgsqlDbType.Smallint);
                await rows.WriteAsync(DateTimeOffset.UnixEpoch, NpgsqlDbType.TimestampTz);
                await rows.WriteAsync(repo.Commit.Rev.Value, NpgsqlDbType.Bigint);
                await rows.WriteAsync(repo.Commit.Cid.ToBytes(), NpgsqlDbType.Bytea);
                await rows.WriteAsync(repo.Commit.Data.ToBytes(), NpgsqlDbType.Bytea);
                await rows.WriteAsync(repo.Commit.Bytes, NpgsqlDbType.Bytea);
            });
        await CopyAsync(connection, "repo.settled_node (repo_id, cid, rev, bytes)", repositories, static async (rows, repo) =>
        {
            foreach (var node in repo.Nodes)
            {
                await rows.StartRowAsync();
                await rows.WriteAsync(repo.Id, NpgsqlDbType.Bigint);
                await rows.WriteAsync(node.Cid.ToBytes(), NpgsqlDbType.Bytea);
                await rows.WriteAsync(repo.Commit.Rev.Value, NpgsqlDbType.Bigint);
                await rows.WriteAsync(node.Bytes, NpgsqlDbType.Bytea);
            }
        });
        await CopyAsync(connection, "repo.record (repo_id, collection, rkey, rev, cid, value)", repositories, static async (rows, repo) =>
        {
            foreach (var (rkey, block) in repo.Records)
            {
                await rows.StartRowAsync();
                await rows.WriteAsync(repo.Id, NpgsqlDbType.Bigint);
                await rows.WriteAsync(GeneratedRepository.Collection, NpgsqlDbType.Text);
                await rows.WriteAsync(rkey, NpgsqlDbType.Text);
                await rows.WriteAsync(repo.Commit.Rev.Value, NpgsqlDbType.Bigint);
                await rows.WriteAsync(block.Cid.ToBytes(), NpgsqlDbType.Bytea);
                await rows.WriteAsync(block.Bytes, NpgsqlDbType.Bytea);
            }
        });
    }

    private static async Task CopyAsync(
        NpgsqlConnection connection, string table, GeneratedRepository[] repositories,
        Func<NpgsqlBinaryImporter, GeneratedRepository, Task> write)
    {
        await using var rows = await connection.BeginBinaryImportAsync($"COPY {table} FROM STDIN (FORMAT BINARY)");
        foreach (var repository in repositories)
        {
            await write(rows, repository);
        }

        await rows.CompleteAsync();
    }

    private static async Task<(long KeyId, long LastRepo)> ReadAsync(NpgsqlCommand command)
    {
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    private static string? Value(string[] args, string name) =>
        Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;
}
