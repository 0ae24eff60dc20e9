using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pds.Tests.Support;

namespace Pds.Tests.Repo.Model;

/// <summary>
/// Thousands of random writes of many clients at once against a simple model, on one server and on two that share a database.
/// <c>PDS_TEST_EFFORT</c> multiplies them, <c>PDS_TEST_SEED</c> repeats a run.
/// </summary>
public sealed class RepoModelTests(PdsFixture pds, ITestOutputHelper output)
{
    private const int Solos = 6;
    private const int SoloWrites = 120;
    private const int Shared = 3;
    private const int WritersOfEach = 4;
    private const int SharedWrites = 60;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Random_writes_of_many_end_as_a_model_does_and_a_mirror_of_the_stream_is_byte_equal(int replicas)
    {
        var seed = Environment.GetEnvironmentVariable("PDS_TEST_SEED") is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : RandomNumberGenerator.GetInt32(int.MaxValue);
        output.WriteLine($"PDS_TEST_SEED={seed}");
        var database = await PdsFixture.CreateDatabaseAsync();
        await using var first = await pds.StartServerAsync(database: database);
        await using var second = replicas == 2 ? await pds.StartServerAsync(database: database) : null;
        PdsServer[] servers = second is null ? [first] : [first, second];
        using var stream = await StreamClient.ConnectAsync(servers[^1].Url, cursor: 0);
        var newest = new TaskCompletionSource<long>();
        var following = StreamMirror.FollowAsync(stream, newest.Task);

        var accounts = await Task.WhenAll(Enumerable.Range(0, Solos + Shared).Select(_ => TestAccount.CreateAsync(first)));
        var models = await Task.WhenAll(accounts.Select((account, i) =>
            i < Solos ? WriteAloneAsync(account, servers[i % replicas], seed + i) : WriteTogetherAsync(account, servers, seed + (100 * i))));

        var audit = await RepoAudit.RunAsync(first.Services.GetRequiredService<NpgsqlDataSource>());
        newest.SetResult(await NewestAsync(first));
        var mirror = await following;
        for (var i = 0; i < accounts.Length; i++)
        {
            var did = accounts[i].Did;
            Assert.Equal(
                models[i].Records.Select(record => (record.Key, record.Value.Cid)),
                audit.RecordsOf(did).OrderBy(record => record.Key, StringComparer.Ordinal).Select(record => (record.Key, record.Value.ToString())));
            Assert.Equal(models[i].Head, (await accounts[i].GetHeadAsync()).ToString());
            foreach (var server in servers)
            {
                var car = (await server.Xrpc.QueryAsync("com.atproto.sync.getRepo", ("did", did))).Ok().Body;
                Assert.Equal(car, mirror.Write(did, car));
            }

            accounts[i].Dispose();
        }

        output.WriteLine($"{audit.Commits} commits");
    }

    private static int Effort(int count) =>
        count * (int.TryParse(Environment.GetEnvironmentVariable("PDS_TEST_EFFORT"), CultureInfo.InvariantCulture, out var effort) ? effort : 1);

    // Nobody else writes here: every answer is known before it comes.
    private static async Task<ModelRepo> WriteAloneAsync(TestAccount account, PdsServer server, int seed)
    {
        using var http = TestHttp.Create(server.Url);
        var client = new ModelClient(new XrpcClient(http) { Token = account.Token }, account.Did, new Dice(seed));
        var model = new ModelRepo();
        for (var i = 0; i < Effort(SoloWrites); i++)
        {
            var answered = await client.WriteAsync(model);
            Assert.True(answered.ExpectedOn(model) == answered.Outcome, $"{i}: {answered}, not {answered.ExpectedOn(model)}");
            if (answered.Commit is { } commit)
            {
                model.Follow(commit);
            }
        }

        return model;
    }

    // Several write at once: what was acknowledged must have been possible in the order of the revisions.
    private static async Task<ModelRepo> WriteTogetherAsync(TestAccount account, PdsServer[] servers, int seed)
    {
        var commits = new ConcurrentBag<ModelCommit>();
        await Task.WhenAll(Enumerable.Range(0, WritersOfEach).Select(async writer =>
        {
            using var http = TestHttp.Create(servers[writer % servers.Length].Url);
            var client = new ModelClient(new XrpcClient(http) { Token = account.Token }, account.Did, new Dice(seed + writer));
            var believed = new ModelRepo();
            for (var i = 0; i < Effort(SharedWrites); i++)
            {
                if ((await client.WriteAsync(believed)).Commit is { } commit)
                {
                    commits.Add(commit);
                    believed = Replay(commits);
                }
            }
        }));

        var model = new ModelRepo();
        foreach (var commit in commits.OrderBy(commit => commit.Rev, StringComparer.Ordinal))
        {
            model.Follow(commit);
        }

        return model;
    }

    // What a writer takes the repository for may miss what is under way, so conditions meet and fail.
    private static ModelRepo Replay(IEnumerable<ModelCommit> commits)
    {
        var believed = new ModelRepo();
        foreach (var commit in commits.OrderBy(commit => commit.Rev, StringComparer.Ordinal))
        {
            believed.Take(commit);
        }

        return believed;
    }

    private static async Task<long> NewestAsync(PdsServer server)
    {
        await using var command = server.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand("SELECT max(seq) FROM repo.event");
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
