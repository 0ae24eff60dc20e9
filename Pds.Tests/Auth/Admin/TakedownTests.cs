using System.Text;
using System.Text.Json;
using AtProto;
using AtProto.Stream;
using Pds.Tests.Support;

namespace Pds.Tests.Auth.Admin;

/// <summary>What moderators take down is seen to be gone everywhere, and is back when they say so.</summary>
public sealed class TakedownTests(PdsFixture pds) : IAsyncLifetime
{
    private const string Status = "com.atproto.admin.getSubjectStatus";

    private AdminClient _admin = null!;
    private TestAccount _alice = null!;

    public async ValueTask InitializeAsync()
    {
        _admin = new AdminClient(await pds.GetServerAsync());
        _alice = await pds.CreateAccountAsync();
    }

    public ValueTask DisposeAsync()
    {
        _alice.Dispose();
        _admin.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task An_account_is_hidden_its_sessions_end_and_the_network_hears_of_it()
    {
        using var stream = await StreamClient.ConnectAsync((await pds.GetServerAsync()).Url);

        var reply = (await _admin.SetStatusAsync(Account(), new { applied = true, @ref = "case 7" })).Ok().Json;

        Assert.Equal("case 7", reply.GetProperty("takedown").GetProperty("ref").GetString());
        Assert.Equal(_alice.Did.Value, reply.GetProperty("subject").GetProperty("did").GetString());
        var said = Assert.IsType<AccountMessage>((await stream.ReadAsync(_alice.Did, 1)).Single());
        Assert.Equal((false, "takendown"), (said.IsActive, said.Status));
        Assert.Equal("RepoTakendown", (await pds.Xrpc.QueryAsync("com.atproto.sync.getLatestCommit", ("did", _alice.Did))).Error);
        Assert.Equal("AccountTakedown", (await _alice.CreateRecordAsync(Records.Post("still here?"))).Error);
        _alice.Token = _alice.RefreshToken;
        Assert.NotEqual(200, (await _alice.ProcedureAsync("com.atproto.server.refreshSession")).Status);
        var signIn = await pds.Xrpc.ProcedureAsync(
            "com.atproto.server.createSession", new { identifier = _alice.Handle.Value, password = _alice.Password });
        Assert.Equal("AccountTakedown", signIn.Error);
        Assert.Equal((true, "case 7"), await TakedownOfAsync(("did", _alice.Did)));
    }

    [Fact]
    public async Task An_account_comes_back_as_what_it_was()
    {
        (await _alice.ProcedureAsync("com.atproto.server.deactivateAccount", new { })).Ok();
        (await _admin.SetStatusAsync(Account(), new { applied = true })).Ok();
        Assert.Equal("takendown", await StatusAsync());

        (await _admin.SetStatusAsync(Account(), new { applied = false })).Ok();
        Assert.Equal("deactivated", await StatusAsync());
        (await _admin.SetStatusAsync(Account(), deactivated: new { applied = false })).Ok();

        Assert.Null(await StatusAsync());
        (await _alice.CreateRecordAsync(Records.Post("back"))).Ok();
        Assert.Equal((false, null), await TakedownOfAsync(("did", _alice.Did)));
    }

    [Fact]
    public async Task That_an_account_is_taken_down_outweighs_that_it_is_deactivated()
    {
        (await _admin.SetStatusAsync(Account(), new { applied = true })).Ok();

        (await _admin.SetStatusAsync(Account(), deactivated: new { applied = true })).Ok();

        Assert.Equal("takendown", await StatusAsync());
    }

    [Fact]
    public async Task The_administrator_deactivates_and_announces()
    {
        (await _admin.SetStatusAsync(Account(), deactivated: new { applied = true })).Ok();
        Assert.Equal("deactivated", await StatusAsync());
        using var stream = await StreamClient.ConnectAsync((await pds.GetServerAsync()).Url);

        (await _admin.SetStatusAsync(Account())).Ok();

        var said = Assert.IsType<AccountMessage>((await stream.ReadAsync(_alice.Did, 1)).Single());
        Assert.Equal((false, "deactivated"), (said.IsActive, said.Status));
        var status = (await _admin.QueryAsync(Status, ("did", _alice.Did))).Ok().Json;
        Assert.True(status.GetProperty("deactivated").GetProperty("applied").GetBoolean());
    }

    [Fact]
    public async Task A_record_is_hidden_but_stays_in_the_repository()
    {
        var record = (await _alice.CreateRecordAsync(Records.Post("rude"))).Ok().Json;
        var (uri, cid) = (AtUri.Parse(record.GetProperty("uri").GetString()!), record.GetProperty("cid").GetString()!);
        (await _alice.CreateRecordAsync(Records.Post("fine"))).Ok();
        var head = await _alice.GetHeadAsync();
        var subject = new Dictionary<string, string> { ["$type"] = "com.atproto.repo.strongRef", ["uri"] = uri.Value, ["cid"] = cid };

        (await _admin.SetStatusAsync(subject, new { applied = true, @ref = "rude" })).Ok();

        Assert.Equal("RecordNotFound", (await GetAsync(uri)).Error);
        Assert.Single(await ListAsync());
        Assert.Equal(head, await _alice.GetHeadAsync());
        Assert.Equal((true, "rude"), await TakedownOfAsync(("uri", uri.Value)));
        var proof = await pds.Xrpc.QueryAsync(
            "com.atproto.sync.getRecord", ("did", _alice.Did), ("collection", uri.Collection), ("rkey", uri.Rkey));
        Assert.Equal(200, proof.Status);
        (await _admin.SetStatusAsync(subject, new { applied = false })).Ok();
        (await GetAsync(uri)).Ok();
        Assert.Equal(2, (await ListAsync()).Count);
    }

    [Fact]
    public async Task A_blob_is_given_out_no_more_and_cannot_come_again()
    {
        var bytes = Encoding.UTF8.GetBytes($"bytes of {_alice.Did}");
        var blob = (await _alice.ProcedureAsync("com.atproto.repo.uploadBlob", bytes, "text/plain")).Ok().Json.GetProperty("blob");
        (await _alice.CreateRecordAsync(new { blob }, "com.example.thing")).Ok();
        var cid = blob.GetProperty("ref").GetProperty("$link").GetString()!;
        var subject = new Dictionary<string, string>
        {
            ["$type"] = "com.atproto.admin.defs#repoBlobRef", ["did"] = _alice.Did.Value, ["cid"] = cid,
        };

        (await _admin.SetStatusAsync(subject, new { applied = true, @ref = "stolen" })).Ok();

        Assert.Equal("BlobNotFound", (await GetBlobAsync(cid)).Error);
        var again = await _alice.ProcedureAsync("com.atproto.repo.uploadBlob", bytes, "text/plain");
        Assert.Equal("Blob has been takendown, cannot re-upload", again.Message);
        Assert.Equal("BlobNotFound", (await _alice.CreateRecordAsync(new { blob }, "com.example.thing")).Error);
        Assert.Equal((true, "stolen"), await TakedownOfAsync(("did", _alice.Did), ("blob", cid)));
        (await _admin.SetStatusAsync(subject, new { applied = false })).Ok();
        Assert.Equal(bytes, (await GetBlobAsync(cid)).Body);
    }

    [Fact]
    public async Task What_is_no_subject_is_refused_by_name()
    {
        var both = await _admin.SetStatusAsync(Account(), new { applied = true }, new { applied = false });
        var other = await _admin.SetStatusAsync(new Dictionary<string, string> { ["$type"] = "com.example.x" }, new { applied = true });
        var nothing = await _admin.SetStatusAsync(new Dictionary<string, string> { ["$type"] = "com.example.x" });
        var none = await _admin.QueryAsync(Status);
        var blob = await _admin.QueryAsync(Status, ("blob", Cid.Compute(CidCodec.Raw, [1])));
        var unknown = await _admin.QueryAsync(Status, ("did", "did:web:nobody.example.com"));
        var asUser = await _alice.QueryAsync(Status, ("did", _alice.Did));

        Assert.Equal("Cannot activate and takedown an account at the same time", both.Message);
        Assert.Equal((400, "InvalidRequest", "Invalid subject (com.example.x)"), (other.Status, other.Error, other.Message));
        Assert.Equal((400, "InvalidRequest", "Invalid subject (com.example.x)"), (nothing.Status, nothing.Error, nothing.Message));
        Assert.Equal("No provided subject", none.Message);
        Assert.Equal("Must provide a did to request blob state", blob.Message);
        Assert.Equal((400, "NotFound", "Subject not found"), (unknown.Status, unknown.Error, unknown.Message));
        Assert.Equal(401, asUser.Status);
    }

    private Dictionary<string, string> Account() => new() { ["$type"] = "com.atproto.admin.defs#repoRef", ["did"] = _alice.Did.Value };

    private Task<XrpcReply> GetAsync(AtUri uri) => pds.Xrpc.QueryAsync(
        "com.atproto.repo.getRecord", ("repo", _alice.Did), ("collection", uri.Collection), ("rkey", uri.Rkey));

    private Task<XrpcReply> GetBlobAsync(string cid) =>
        pds.Xrpc.QueryAsync("com.atproto.sync.getBlob", ("did", _alice.Did), ("cid", cid));

    private async Task<List<JsonElement>> ListAsync() =>
        [.. (await pds.Xrpc.QueryAsync("com.atproto.repo.listRecords", ("repo", _alice.Did), ("collection", "app.bsky.feed.post")))
            .Ok().Json.GetProperty("records").EnumerateArray()];

    private async Task<string?> StatusAsync() =>
        (await pds.Xrpc.QueryAsync("com.atproto.sync.getRepoStatus", ("did", _alice.Did))).Ok().Json.TryGetProperty("status", out var status)
            ? status.GetString()
            : null;

    private async Task<(bool Applied, string? Ref)> TakedownOfAsync(params (string, object?)[] subject)
    {
        var takedown = (await _admin.QueryAsync(Status, subject)).Ok().Json.GetProperty("takedown");
        return (takedown.GetProperty("applied").GetBoolean(), takedown.TryGetProperty("ref", out var reference) ? reference.GetString() : null);
    }
}
