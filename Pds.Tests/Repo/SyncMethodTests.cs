using AtProto;
using AtProto.Crypto;
using AtProto.Identity;
using AtProto.Repo;
using Pds.Contracts.Repo;
using Pds.Tests.Support;
using Wolverine;
using Microsoft.Extensions.DependencyInjection;

namespace Pds.Tests.Repo;

public sealed class SyncMethodTests(PdsFixture pds)
{
    [Fact]
    public async Task An_export_has_every_record_and_a_commit_that_the_account_signed()
    {
        using var alice = await pds.CreateAccountAsync();
        var expected = new List<string>();
        for (var i = 0; i < 40; i++)
        {
            expected.Add((await alice.CreateRecordAsync(Records.Post($"post {i}"))).Ok().Json.GetProperty("cid").GetString()!);
        }

        var reply = (await pds.Xrpc.QueryAsync("com.atproto.sync.getRepo", ("did", alice.Did))).Ok();
        var car = CarReader.ReadAll(reply.Body);
        var blocks = car.Blocks;

        Assert.Equal("application/vnd.ipld.car", reply.Header("Content-Type"));
        Assert.True(SignedCommit.TryDecode(blocks[Assert.Single(car.Roots)], out var commit));
        Assert.True(commit.Verify(await SigningKeyAsync(alice.Did)));
        var found = new List<string>();
        var cursor = MerkleTree.FromBlocks(commit.Data, blocks).GetCursor();
        while (cursor.Read() == TreeStep.Entry)
        {
            Assert.Contains(cursor.Value, blocks);
            found.Add(cursor.Value.ToString());
        }

        Assert.Equal(expected.Order(), found.Order());
    }

    [Fact]
    public async Task An_export_since_a_revision_has_only_what_came_after()
    {
        using var alice = await pds.CreateAccountAsync();
        var old = (await alice.CreateRecordAsync(Records.Post("old"))).Ok().Json;
        var since = old.GetProperty("commit").GetProperty("rev").GetString();
        var young = (await alice.CreateRecordAsync(Records.Post("young"))).Ok().Json;

        var car = CarReader.ReadAll((await pds.Xrpc.QueryAsync("com.atproto.sync.getRepo", ("did", alice.Did), ("since", since))).Ok().Body);
        var cids = car.Blocks.Keys.Select(cid => cid.ToString()).ToList();

        Assert.Contains(young.GetProperty("cid").GetString(), cids);
        Assert.DoesNotContain(old.GetProperty("cid").GetString(), cids);
    }

    [Fact]
    public async Task A_record_is_proven_and_so_is_its_absence()
    {
        using var alice = await pds.CreateAccountAsync();
        for (var i = 0; i < 30; i++)
        {
            (await alice.CreateRecordAsync(new { n = i }, "com.example.thing", $"key{i}")).Ok();
        }

        var present = await ProveAsync(alice.Did, "key7");
        var absent = await ProveAsync(alice.Did, "nothing");

        Assert.NotNull(present.Value);
        Assert.Contains(present.Value.Value, present.Blocks);
        Assert.Null(absent.Value);
    }

    [Fact]
    public async Task Blocks_are_given_by_name_and_missing_ones_are_named()
    {
        using var alice = await pds.CreateAccountAsync();
        var cid = (await alice.CreateRecordAsync(Records.Post("x"))).Ok().Json.GetProperty("cid").GetString()!;
        var missing = Cid.Compute(CidCodec.DagCbor, "nowhere"u8);

        var found = await pds.Xrpc.QueryAsync("com.atproto.sync.getBlocks", ("did", alice.Did), ("cids", cid), ("cids", await alice.GetHeadAsync()));
        var refused = await pds.Xrpc.QueryAsync("com.atproto.sync.getBlocks", ("did", alice.Did), ("cids", cid), ("cids", missing));

        var car = CarReader.ReadAll(found.Ok().Body);
        Assert.Equal((0, 2), (car.Roots.Count, car.Blocks.Count));
        Assert.Equal((400, "InvalidRequest"), (refused.Status, refused.Error));
        Assert.Contains(missing.ToString(), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Repositories_are_listed_page_by_page()
    {
        using var alice = await pds.CreateAccountAsync();
        using var bob = await pds.CreateAccountAsync();
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await pds.Xrpc.QueryAsync("com.atproto.sync.listRepos", ("limit", 1), ("cursor", cursor))).Ok().Json;
            seen.AddRange(page.GetProperty("repos").EnumerateArray().Select(repo => repo.GetProperty("did").GetString()!));
            cursor = page.TryGetProperty("cursor", out var next) ? next.GetString() : null;
        }
        while (cursor is not null);

        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Contains(alice.Did.Value, seen);
        Assert.Contains(bob.Did.Value, seen);
    }

    [Theory]
    [InlineData(AccountStatus.Deactivated, "RepoDeactivated", "deactivated")]
    [InlineData(AccountStatus.Takendown, "RepoTakendown", "takendown")]
    [InlineData(AccountStatus.Suspended, "RepoSuspended", "suspended")]
    public async Task What_is_not_active_is_hidden_by_name_but_not_from_its_owner(AccountStatus status, string error, string name)
    {
        var server = await pds.GetServerAsync();
        using var alice = await pds.CreateAccountAsync();
        await using (var scope = server.Services.CreateAsyncScope())
        {
            await scope.ServiceProvider.GetRequiredService<IMessageBus>().InvokeAsync(
                new SetRepositoryStatus(alice.Did, status), TestContext.Current.CancellationToken);
        }

        var others = await pds.Xrpc.QueryAsync("com.atproto.sync.getRepo", ("did", alice.Did));
        var own = await alice.QueryAsync("com.atproto.sync.getRepo", ("did", alice.Did));
        var told = (await pds.Xrpc.QueryAsync("com.atproto.sync.getRepoStatus", ("did", alice.Did))).Ok().Json;

        Assert.Equal((400, error), (others.Status, others.Error));
        Assert.Equal(200, own.Status);
        Assert.Equal((false, name), (told.GetProperty("active").GetBoolean(), told.GetProperty("status").GetString()));
    }

    [Theory]
    [InlineData("com.atproto.sync.getRepo")]
    [InlineData("com.atproto.sync.getLatestCommit")]
    [InlineData("com.atproto.sync.getRepoStatus")]
    [InlineData("com.atproto.sync.listBlobs")]
    public async Task An_unknown_repository_is_not_found(string nsid)
    {
        var reply = await pds.Xrpc.QueryAsync(nsid, ("did", "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"));

        Assert.Equal((400, "RepoNotFound"), (reply.Status, reply.Error));
    }

    private async Task<(Cid? Value, IReadOnlyDictionary<Cid, byte[]> Blocks)> ProveAsync(Did did, string rkey)
    {
        var reply = await pds.Xrpc.QueryAsync(
            "com.atproto.sync.getRecord", ("did", did), ("collection", "com.example.thing"), ("rkey", rkey));
        var car = CarReader.ReadAll(reply.Ok().Body);
        var blocks = car.Blocks;
        Assert.True(SignedCommit.TryDecode(blocks[car.Roots[0]], out var commit));
        Assert.True(commit.Verify(await SigningKeyAsync(did)));

        var tree = MerkleTree.FromBlocks(commit.Data, blocks);
        Assert.True(CommitProof.TryCollect(tree, System.Text.Encoding.ASCII.GetBytes($"com.example.thing/{rkey}"), out _, out _));
        return (tree.Get($"com.example.thing/{rkey}"), blocks);
    }

    private async Task<PublicKey> SigningKeyAsync(Did did)
    {
        using var http = TestHttp.Create(await pds.GetPlcUrlAsync());
        return DidDocument.Parse(await http.GetByteArrayAsync(new Uri($"/{did}", UriKind.Relative), TestContext.Current.CancellationToken)).SigningKey!;
    }
}
