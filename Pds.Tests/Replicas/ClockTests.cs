using AtProto;
using AtProto.Stream;
using Microsoft.Extensions.Time.Testing;
using Pds.Tests.Support;

namespace Pds.Tests.Replicas;

/// <summary>Servers whose clocks disagree and jump.</summary>
public sealed class ClockTests(PdsFixture pds)
{
    [Fact]
    public async Task Revisions_rise_whatever_the_clocks_of_the_servers_do()
    {
        var database = await PdsFixture.CreateDatabaseAsync();
        var now = TimeProvider.System.GetUtcNow();
        FakeTimeProvider[] clocks = [new(now), new(now)];
        await using var one = await pds.StartServerAsync(time: clocks[0], database: database, replicas: 1);
        await using var two = await pds.StartServerAsync(time: clocks[1], database: database, replicas: 1);
        using var alice = await TestAccount.CreateAsync(one);
        PdsServer[] servers = [one, two];
        using var stream = await StreamClient.ConnectAsync(one.Url);

        // Hours of either server against the first moment.
        var revs = new List<Tid>();
        foreach (var (server, hours) in new[] { (0, 0), (1, 30), (0, 0), (0, -5), (1, -40), (0, 2), (1, 1), (0, -1) })
        {
            clocks[server].AdjustTime(now.AddHours(hours));
            var token = await SignInAsync(servers[server], alice);
            revs.Add(await WriteAsync(servers[server], alice, token));
            revs.Add(await WriteAsync(servers[server], alice, token));
        }

        Assert.Equal(revs.Order().Distinct(), revs);
        var told = (await stream.ReadAsync(alice.Did, revs.Count)).Cast<CommitMessage>().ToArray();
        Assert.Equal(revs, told.Select(commit => commit.Rev));
    }

    [Fact]
    public async Task Keys_that_servers_make_in_the_same_moment_are_never_the_same()
    {
        var database = await PdsFixture.CreateDatabaseAsync();

        // They stand still, and start at one moment: only the numbers of the clocks tell the servers apart.
        var now = TimeProvider.System.GetUtcNow();
        await using var one = await pds.StartServerAsync(time: new FakeTimeProvider(now), database: database, replicas: 1);
        await using var two = await pds.StartServerAsync(time: new FakeTimeProvider(now), database: database, replicas: 1);
        using var alice = await TestAccount.CreateAsync(one);
        var token = await SignInAsync(two, alice);

        var replies = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => CreateAsync(i % 2 == 0 ? one : two, alice, i % 2 == 0 ? alice.Token! : token)));

        Assert.All(replies, reply => Assert.Equal(200, reply.Status));
        var uris = replies.Select(reply => reply.Json.GetProperty("uri").GetString()!).ToArray();
        Assert.Equal(uris.Length, uris.Distinct().Count());
        var clockIds = uris.Select(uri => Tid.Parse(uri[(uri.LastIndexOf('/') + 1)..]).ClockId).Distinct();
        Assert.Equal(2, clockIds.Count());
    }

    [Fact]
    public async Task A_write_that_loses_race_after_race_does_not_wait_for_a_clock_that_stands_still()
    {
        var stop = TestContext.Current.CancellationToken;
        var database = await PdsFixture.CreateDatabaseAsync();
        await using var server = await pds.StartServerAsync(
            time: new FakeTimeProvider(TimeProvider.System.GetUtcNow()), database: database, replicas: 1);
        using var alice = await TestAccount.CreateAsync(server);

        // Twelve times the head does not move, as if another server had moved it.
        await using var source = Npgsql.NpgsqlDataSource.Create(database);
        await using var lose = source.CreateCommand(
            """
            CREATE SEQUENCE lost;
            CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN IF nextval('lost') <= 12 THEN RETURN NULL; END IF; RETURN NEW; END $$;
            CREATE TRIGGER lose BEFORE UPDATE ON repo.repo FOR EACH ROW EXECUTE FUNCTION lose();
            """);
        await lose.ExecuteNonQueryAsync(stop);

        var reply = await CreateAsync(server, alice, alice.Token!).WaitAsync(TimeSpan.FromSeconds(30), stop);

        Assert.Equal(200, reply.Status);
        await using var count = source.CreateCommand("SELECT last_value FROM lost");
        Assert.Equal(13L, await count.ExecuteScalarAsync(stop));
    }

    private static async Task<string> SignInAsync(PdsServer server, TestAccount alice)
    {
        var reply = await server.Xrpc.ProcedureAsync(
            "com.atproto.server.createSession", new { identifier = alice.Handle, password = alice.Password });
        return reply.Ok().Json.GetProperty("accessJwt").GetString()!;
    }

    private static async Task<Tid> WriteAsync(PdsServer server, TestAccount alice, string token) =>
        Tid.Parse((await CreateAsync(server, alice, token)).Ok().Json.GetProperty("commit").GetProperty("rev").GetString()!);

    private static async Task<XrpcReply> CreateAsync(PdsServer server, TestAccount alice, string token)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/xrpc/com.atproto.repo.createRecord")
        {
            Content = System.Net.Http.Json.JsonContent.Create(
                new { repo = alice.Did.Value, collection = "com.example.clock", record = new { text = "now" } }),
        };
        request.Headers.Authorization = new("Bearer", token);
        return await server.Xrpc.SendAsync(request);
    }
}
