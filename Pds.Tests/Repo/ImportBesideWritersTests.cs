using System.Diagnostics;
using AtProto.Repo;
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
            var reply = await client.ProcedureAsync("com.atproto.repo.putRecord", new
            {
                repo = account.Did, collection = "app.bsky.feed.post", rkey = key(i), record = Records.Post($"by hand {i}"), validate = false,
            });
            Assert.True(reply.Status == 200 || reply.Error is "InvalidSwap" or "RateLimitExceeded", reply.ToString());
            slowest = TimeSpan.FromTicks(Math.Max(slowest.Ticks, Stopwatch.GetElapsedTime(started).Ticks));
        }

        return slowest;
    }
}
