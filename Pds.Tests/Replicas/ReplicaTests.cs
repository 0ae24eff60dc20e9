using System.Security.Cryptography;
using System.Text;
using AtProto;
using AtProto.Stream;
using Pds.Tests.Support;

namespace Pds.Tests.Replicas;

/// <summary>
/// Several servers are one to their clients, whichever of them answers. The balancer gives each request of a client to the next
/// server, so that no two steps of anything here are done by the same.
/// </summary>
public sealed class ReplicaTests(ReplicaFixture replicas) : IClassFixture<ReplicaFixture>
{
    private PdsServer Server => replicas.Server;

    [Fact]
    public async Task Each_request_goes_to_the_next_server()
    {
        var servers = new List<string?>();
        for (var i = 0; i < 2 * ReplicaFixture.Count; i++)
        {
            servers.Add((await Server.Xrpc.QueryAsync("com.atproto.server.describeServer")).Ok().Header(Balancer.ServedBy));
        }

        Assert.Equal(["0", "1", "2"], servers.Distinct().Order());
        Assert.All(servers.Zip(servers.Skip(1)), pair => Assert.NotEqual(pair.First, pair.Second));
    }

    [Fact]
    public async Task Somebody_signs_up_and_in_to_an_app_with_each_step_at_another_server()
    {
        using var alice = await TestAccount.CreateAsync(Server);
        using var signIn = new PageSignIn(Server.Url, alice);

        var tokens = await signIn.RunAsync(() => Task.CompletedTask);

        for (var i = 0; i < ReplicaFixture.Count; i++)
        {
            var session = (await signIn.GetSessionAsync(tokens)).Ok();
            Assert.Equal(alice.Did.Value, session.Json.GetProperty("did").GetString());
        }
    }

    [Fact]
    public async Task A_session_goes_on_and_ends_at_any_server()
    {
        using var alice = await TestAccount.CreateAsync(Server);
        var refresh = alice.RefreshToken;
        for (var i = 0; i < ReplicaFixture.Count; i++)
        {
            alice.Token = refresh;
            var next = (await alice.ProcedureAsync("com.atproto.server.refreshSession")).Ok().Json;
            refresh = next.GetProperty("refreshJwt").GetString()!;
            alice.Token = next.GetProperty("accessJwt").GetString();
            (await alice.QueryAsync("com.atproto.server.getSession")).Ok();
        }

        alice.Token = refresh;
        (await alice.ProcedureAsync("com.atproto.server.deleteSession")).Ok();

        for (var i = 0; i < ReplicaFixture.Count; i++)
        {
            Assert.Equal("ExpiredToken", (await alice.ProcedureAsync("com.atproto.server.refreshSession")).Error);
        }
    }

    [Fact]
    public async Task Writes_to_one_repository_at_all_servers_are_one_history_that_every_stream_tells()
    {
        using var alice = await TestAccount.CreateAsync(Server);
        var streams = await Task.WhenAll(Server.Replicas.Select(url => StreamClient.ConnectAsync(url)));

        var revs = new List<Tid>();
        for (var i = 0; i < 9; i++)
        {
            var reply = (await alice.CreateRecordAsync(Records.Post($"one after the other, {i}"))).Ok();
            revs.Add(Tid.Parse(reply.Json.GetProperty("commit").GetProperty("rev").GetString()!));
        }

        var together = await Task.WhenAll(Enumerable.Range(0, 9).Select(i => alice.CreateRecordAsync(Records.Post($"together, {i}"))));

        Assert.Equal(revs.Order().Distinct(), revs);
        Assert.All(together, reply => Assert.Equal(200, reply.Status));
        var told = await Task.WhenAll(streams.Select(stream => stream.ReadAsync(alice.Did, 18)));
        Assert.All(told, events => Assert.Equal(told[0].Select(message => message.Seq), events.Select(message => message.Seq)));
        Assert.Equal(revs, told[0].Take(9).Cast<CommitMessage>().Select(commit => commit.Rev));
        for (var i = 0; i < ReplicaFixture.Count; i++)
        {
            var page = (await alice.QueryAsync(
                "com.atproto.repo.listRecords", ("repo", alice.Did), ("collection", "app.bsky.feed.post"), ("limit", 100))).Ok();
            Assert.Equal(18, page.Json.GetProperty("records").GetArrayLength());
        }

        Array.ForEach(streams, stream => stream.Dispose());
    }

    [Fact]
    public async Task A_blob_that_one_server_took_is_given_by_all()
    {
        using var alice = await TestAccount.CreateAsync(Server);
        var bytes = RandomNumberGenerator.GetBytes(100_000);
        var upload = await alice.ProcedureAsync("com.atproto.repo.uploadBlob", bytes, "application/octet-stream");
        var blob = upload.Ok().Json.GetProperty("blob");
        var cid = blob.GetProperty("ref").GetProperty("$link").GetString();
        (await alice.CreateRecordAsync(new { file = blob }, "com.example.file")).Ok();

        for (var i = 0; i < ReplicaFixture.Count; i++)
        {
            var found = await alice.QueryAsync("com.atproto.sync.getBlob", ("did", alice.Did), ("cid", cid));
            Assert.Equal(bytes, found.Ok().Body);
        }
    }

    [Fact]
    public async Task What_is_tried_at_one_server_counts_at_all()
    {
        using var alice = await TestAccount.CreateAsync(Server);
        var tried = new Dictionary<string, int>();
        for (var i = 0; i < 90; i++)
        {
            var reply = await Server.Xrpc.ProcedureAsync(
                "com.atproto.server.createSession", new { identifier = alice.Handle, password = "wrong" });
            var error = reply.Error!;
            tried[error] = tried.GetValueOrDefault(error) + 1;
        }

        // Ten, and a few more after waits that double; counted by each server it would be thirty.
        Assert.InRange(tried["AuthenticationRequired"], 10, 20);
        Assert.Equal(90 - tried["AuthenticationRequired"], tried["RateLimitExceeded"]);
    }

    [Fact]
    public async Task A_changed_handle_is_known_at_once_to_servers_that_knew_the_old_one()
    {
        using var alice = await TestAccount.CreateAsync(Server);
        var clients = Server.Replicas.Select(url => new XrpcClient(TestHttp.Create(url))).ToArray();
        foreach (var client in clients)
        {
            Assert.Contains(alice.Handle.Value, await ResolveAsync(client, alice.Did), StringComparison.Ordinal);
        }

        var handle = TestAccount.NewHandle();
        (await alice.ProcedureAsync("com.atproto.identity.updateHandle", new { handle })).Ok();

        foreach (var client in clients)
        {
            await Eventually.TrueAsync(async () => (await ResolveAsync(client, alice.Did)).Contains(handle, StringComparison.Ordinal));
            client.Http.Dispose();
        }
    }

    private static async Task<string> ResolveAsync(XrpcClient client, Did did) =>
        Encoding.UTF8.GetString((await client.QueryAsync("com.atproto.identity.resolveDid", ("did", did))).Ok().Body);
}
