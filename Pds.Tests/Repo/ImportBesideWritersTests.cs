using System.Diagnostics;
using AtProto;
using AtProto.Repo;
using Npgsql;
using Pds.Tests.Support;

namespace Pds.Tests.Repo;

public sealed class ImportBesideWritersTests(PdsFixture pds)
{
    private const int Posts = 1500;

    /// <summary>The same records are written by an import in one process and by hand in another, while others write theirs.</summary>
    [Fact]
    public async Task An_import_and_writers_of_another_process_leave_one_repository_and_hold_nobody_up()
    {
        var database = await PdsFixture.CreateDatabaseAsync();
        await using var one = await pds.StartServerAsync(database: database);
        await using var two = await pds.StartServerAsync(database: database);
        using var alice = await TestAccount.CreateAsync(one);
        using var bob = await TestAccount.CreateAsync(one);
        var car = new RepoCar(alice.Did).AddPosts(Posts);
        (await RepoCar.ImportAsync(alice, car.Build().ToBytes())).Ok();
        var keys = car.Records.Keys.Select(path => path.Split('/')[1]).ToArray();
        var isOver = false;

        var writing = WriteAsync(alice, two, i => keys[i * 7 % keys.Length], () => Volatile.Read(ref isOver));
        var others = WriteAsync(bob, two, i => $"k{i}", () => Volatile.Read(ref isOver));
        for (var round = 0; round < 4; round++)
        {
            foreach (var path in car.Records.Keys.ToArray())
            {
                car.Add(path, Records.Post($"{path} in round {round}"));
            }

            (await RepoCar.ImportAsync(alice, car.Build().ToBytes())).Ok();
        }

        Volatile.Write(ref isOver, true);
        await writing;
        var slowest = await others;

        // Postgres looks for a deadlock after a second.
        Assert.InRange(slowest, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        foreach (var server in (PdsServer[])[one, two])
        {
            var export = CarReader.ReadAll((await server.Xrpc.QueryAsync("com.atproto.sync.getRepo", ("did", alice.Did))).Ok().Body);
            Assert.True(SignedCommit.TryDecode(export.Blocks[Assert.Single(export.Roots)], out var commit));
            Assert.Equal(Posts, CountRecords(commit, export));
        }
    }

    /// <summary>
    /// The import is kept waiting in the middle of its transaction. A commit that waited for one of its rows would do so with the
    /// lock of the event sequence in its hand, and nobody could write.
    /// </summary>
    [Fact]
    public async Task An_import_that_stands_still_holds_up_its_own_repository_alone()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var database = await PdsFixture.CreateDatabaseAsync();
        await using var one = await pds.StartServerAsync(database: database);
        await using var two = await pds.StartServerAsync(database: database);
        using var alice = await TestAccount.CreateAsync(one);
        using var bob = await TestAccount.CreateAsync(one);
        var car = new RepoCar(alice.Did).AddPosts(20);
        (await RepoCar.ImportAsync(alice, car.Build().ToBytes())).Ok();
        string[] paths = [.. car.Records.Keys.Order(StringComparer.Ordinal)];
        foreach (var path in paths)
        {
            car.Add(path, Records.Post($"another {path}"));
        }

        await using var source = NpgsqlDataSource.Create(database);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var hold = await connection.BeginTransactionAsync(cancellation);
        await QueryAsync(connection, $"SELECT 1 FROM repo.record WHERE rkey = '{paths[^1].Split('/')[1]}' FOR UPDATE");
        var import = RepoCar.ImportAsync(alice, car.Build().ToBytes());
        await Eventually.TrueAsync(async () => await QueryAsync(
            connection, "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") is not null);

        using var http = TestHttp.Create(two.Url);
        var byHand = PutAsync(new XrpcClient(http) { Token = alice.Token }, alice.Did, paths[0].Split('/')[1], "by hand");
        var beside = new XrpcClient(http) { Token = bob.Token };
        var count = 0;
        await Eventually.TrueAsync(async () =>
        {
            (await PutAsync(beside, bob.Did, $"k{count++}", "beside").WaitAsync(TimeSpan.FromSeconds(60), cancellation)).Ok();
            return byHand.IsCompleted;
        });

        Assert.Equal("InvalidSwap", (await byHand).Error);
        await hold.RollbackAsync(cancellation);
        (await import).Ok();
    }

    private static async Task<object?> QueryAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    private static Task<XrpcReply> PutAsync(XrpcClient client, Did did, string rkey, string text) =>
        client.ProcedureAsync("com.atproto.repo.putRecord", new
        {
            repo = did, collection = "app.bsky.feed.post", rkey, record = Records.Post(text), validate = false,
        });

    private static int CountRecords(SignedCommit commit, Car export)
    {
        var count = 0;
        var cursor = MerkleTree.FromBlocks(commit.Data, export.Blocks).GetCursor();
        for (; cursor.Read() == TreeStep.Entry; count++)
        {
            Assert.Contains(cursor.Value, export.Blocks);
        }

        return count;
    }

    /// <returns>How long the slowest write took.</returns>
    private static async Task<TimeSpan> WriteAsync(TestAccount account, PdsServer server, Func<int, string> key, Func<bool> isOver)
    {
        using var http = TestHttp.Create(server.Url);
        var client = new XrpcClient(http) { Token = account.Token };
        var slowest = TimeSpan.Zero;
        for (var i = 0; !isOver(); i++)
        {
            var started = Stopwatch.GetTimestamp();
            var reply = await PutAsync(client, account.Did, key(i), $"by hand {i}");
            Assert.True(reply.Status == 200 || reply.Error is "InvalidSwap" or "RateLimitExceeded", reply.ToString());
            slowest = TimeSpan.FromTicks(Math.Max(slowest.Ticks, Stopwatch.GetElapsedTime(started).Ticks));
        }

        return slowest;
    }
}
