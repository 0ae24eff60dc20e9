using System.Diagnostics;
using Pds.Tests.Support;

namespace Pds.Tests.Replicas;

/// <summary>What the server stands on goes away and comes back: clear refusals, no wrong answers, no help needed afterwards.</summary>
public sealed class OutageTests(PdsFixture pds, ChaosTable table) : IClassFixture<ChaosTable>
{
    private const string Collection = "com.example.outage";

    // No flood: it is to last as long as the outage without meeting a limit.
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_Postgres_everything_is_refused_as_such_and_goes_on_when_it_is_back()
    {
        await using var world = await ChaosWorld.StartAsync(pds);
        var alice = world.Alice;
        using var stream = await StreamClient.ConnectAsync(world.Server.Url);
        var before = (await alice.CreateRecordAsync(new { text = "before" }, Collection, "before")).Ok();

        world.KillPostgres();
        var gone = Stopwatch.GetTimestamp();
        var (refused, slowest) = (0, TimeSpan.Zero);
        while (Stopwatch.GetElapsedTime(gone) < ChaosTable.Outage)
        {
            var asked = Stopwatch.GetTimestamp();
            foreach (var reply in await Task.WhenAll(AskEverything(world)))
            {
                Assert.True((reply.Status, reply.Error) == (503, "NotEnoughResources"), reply.ToString());
                Assert.NotNull(reply.Header("Retry-After"));
                refused++;
            }

            slowest = Stopwatch.GetElapsedTime(asked) is var took && took > slowest ? took : slowest;
        }

        Assert.Equal((503, 503, 200), (await StatusAsync(world, "/health"), await StatusAsync(world, "/xrpc/_health"), await StatusAsync(world, "/alive")));
        await world.StartPostgresAsync();
        var back = Stopwatch.GetTimestamp();
        await Eventually.TrueAsync(async () => (await alice.CreateRecordAsync(new { text = "after" }, Collection, "after")).Status is 200 or 400);

        table.Add("Postgres gone", $"{refused} refusals, slowest {slowest.TotalSeconds:0.0} s, writing again after {ChaosTable.Since(back)}");
        await Eventually.TrueAsync(async () => await StatusAsync(world, "/health") == 200);
        Assert.Equal(before.Json.GetProperty("cid").GetString(), (await GetAsync(alice, "before")).Ok().Json.GetProperty("cid").GetString());
        (await GetAsync(alice, "after")).Ok();

        // Of the writes that were refused, the log says which were made all the same; each once, in order.
        var events = await stream.ReadAsync(alice.Did, 2);
        Assert.Equal(events.Select(message => message.Seq).Order().Distinct(), events.Select(message => message.Seq));
    }

    [Fact]
    public async Task Reads_that_wait_while_Postgres_is_killed_again_and_again_all_get_an_answer()
    {
        await using var world = await ChaosWorld.StartAsync(pds);
        (await world.Alice.CreateRecordAsync(new { text = "read me" }, Collection, "read")).Ok();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var readers = Enumerable.Range(0, 32).Select(_ => Task.Run(() => ReadUntilAsync(world.Alice, stop.Token))).ToArray();

        var kills = 2 * ChaosTable.Effort;
        for (var kill = 0; kill < kills; kill++)
        {
            await Eventually.TrueAsync(async () => (await GetAsync(world.Alice, "read")).Status == 200);
            world.KillPostgres();
            await world.StartPostgresAsync();
        }

        await Eventually.TrueAsync(async () => (await GetAsync(world.Alice, "read")).Status == 200);
        await stop.CancelAsync();
        var all = await Task.WhenAll(readers);
        table.Add($"Postgres killed under readers, {kills} times", $"{all.Sum(reader => reader.Answered)} answered, {all.Sum(reader => reader.Refused)} refused, slowest {all.Max(reader => reader.Slowest).TotalSeconds:0.0} s");
    }

    [Fact]
    public async Task Without_Redis_everything_works_and_limits_hold_and_the_rest_comes_back_with_it()
    {
        await using var world = await ChaosWorld.StartAsync(pds, new Dictionary<string, string> { ["PDS_RATE_LIMITS_ENABLED"] = "true" });
        var alice = world.Alice;
        var spentBefore = Remaining((await alice.CreateRecordAsync(Records.Post("before"))).Ok());

        var port = world.StopCache();
        var gone = Stopwatch.GetTimestamp();
        var (answered, slowest) = (0, TimeSpan.Zero);
        while (Stopwatch.GetElapsedTime(gone) < ChaosTable.Outage)
        {
            var asked = Stopwatch.GetTimestamp();
            var asking = AskEverything(world, signsIn: answered == 0);
            Assert.All(await Task.WhenAll(asking), reply => Assert.True(reply.Status < 300, reply.ToString()));
            answered += asking.Length;
            slowest = Stopwatch.GetElapsedTime(asked) is var took && took > slowest ? took : slowest;
            await Task.Delay(Pace, TimeProvider.System, Cancellation);
        }

        Assert.Equal("Degraded", await world.Server.Xrpc.Http.GetStringAsync("/health", Cancellation));
        Assert.InRange(Remaining((await alice.CreateRecordAsync(Records.Post("during"))).Ok()), 0, spentBefore - 1);
        world.StartCache(port);
        var back = Stopwatch.GetTimestamp();
        await Eventually.TrueAsync(async () => await world.Server.Xrpc.Http.GetStringAsync("/health", Cancellation) == "Healthy");

        table.Add("Redis gone", $"{answered} answers, slowest {slowest.TotalSeconds:0.0} s, connected again after {ChaosTable.Since(back)}");
        Assert.InRange(Remaining((await alice.CreateRecordAsync(Records.Post("after"))).Ok()), 0, spentBefore - 1);
    }

    // A write, a read, a read of the whole, and a sign-in.
    private static Task<XrpcReply>[] AskEverything(ChaosWorld world, bool signsIn = true) =>
    [
        world.Alice.CreateRecordAsync(Records.Post("meanwhile")),
        world.Alice.QueryAsync("com.atproto.repo.listRecords", ("repo", world.Alice.Did), ("collection", "app.bsky.feed.post")),
        world.Alice.QueryAsync("com.atproto.sync.getRepo", ("did", world.Alice.Did)),
        .. signsIn ? [SignInAsync(world)] : Array.Empty<Task<XrpcReply>>(),
    ];

    private static Task<XrpcReply> SignInAsync(ChaosWorld world) => world.Server.Xrpc.ProcedureAsync(
        "com.atproto.server.createSession", new { identifier = world.Alice.Handle, password = world.Alice.Password });

    private static async Task<(int Answered, int Refused, TimeSpan Slowest)> ReadUntilAsync(TestAccount alice, CancellationToken stop)
    {
        var (answered, refused, slowest) = (0, 0, TimeSpan.Zero);
        while (!stop.IsCancellationRequested)
        {
            var asked = Stopwatch.GetTimestamp();
            var reply = await GetAsync(alice, "read").WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, Cancellation);
            Assert.True(reply.Status is 200 or 503, reply.ToString());
            (answered, refused) = reply.Status == 200 ? (answered + 1, refused) : (answered, refused + 1);
            slowest = Stopwatch.GetElapsedTime(asked) is var took && took > slowest ? took : slowest;
        }

        return (answered, refused, slowest);
    }

    private static Task<XrpcReply> GetAsync(TestAccount alice, string rkey) => alice.QueryAsync(
        "com.atproto.repo.getRecord", ("repo", alice.Did), ("collection", Collection), ("rkey", rkey));

    private static async Task<int> StatusAsync(ChaosWorld world, string path) =>
        (await world.Server.Xrpc.SendAsync(new HttpRequestMessage(HttpMethod.Get, path))).Status;

    private static int Remaining(XrpcReply reply) =>
        int.Parse(reply.Header("RateLimit-Remaining")!, System.Globalization.CultureInfo.InvariantCulture);
}
