using Pds.LocalServices;
using Pds.Tests.Support;

namespace Pds.Tests.Repo;

public sealed class ForeignRecordTests(PdsFixture pds)
{
    [Fact]
    public async Task A_record_of_another_host_comes_from_the_AppView_and_so_does_its_refusal()
    {
        // To a client that only reads records, another server is an AppView.
        using var alice = await pds.CreateAccountAsync();
        await using var server = await StartAsync(pds.Url);
        var cid = (await alice.CreateRecordAsync(new { text = "over there" }, "com.example.note", "a")).Ok().Json.GetProperty("cid").GetString();

        var byDid = (await GetAsync(server, alice.Did, "a")).Ok();
        var byHandle = (await GetAsync(server, alice.Handle, "a", cid)).Ok();
        var unknown = await GetAsync(server, alice.Did, "b");

        Assert.Equal("over there", byDid.Json.GetProperty("value").GetProperty("text").GetString());
        Assert.Equal(cid, byHandle.Json.GetProperty("cid").GetString());
        Assert.StartsWith("application/json", byDid.Header("Content-Type"), StringComparison.Ordinal);
        Assert.Equal(
            (400, "RecordNotFound", $"Could not locate record: at://{alice.Did}/com.example.note/b"),
            (unknown.Status, unknown.Error, unknown.Message));
    }

    [Fact]
    public async Task An_AppView_that_does_not_answer_is_an_upstream_failure()
    {
        await using var server = await StartAsync(new Uri($"http://127.0.0.1:{LoopbackPort.Free()}"));

        var reply = await GetAsync(server, "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", "a");

        Assert.Equal((502, "UpstreamFailure"), (reply.Status, reply.Error));
    }

    private Task<PdsServer> StartAsync(Uri appView) =>
        pds.StartServerAsync(new Dictionary<string, string>
        {
            ["PDS_BSKY_APP_VIEW_URL"] = appView.ToString(),
            ["PDS_BSKY_APP_VIEW_DID"] = "did:web:appview.test",
        });

    private static Task<XrpcReply> GetAsync(PdsServer server, object repo, string rkey, string? cid = null) =>
        server.Xrpc.QueryAsync(
            "com.atproto.repo.getRecord", ("repo", repo), ("collection", "com.example.note"), ("rkey", rkey), ("cid", cid));
}
