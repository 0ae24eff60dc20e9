using System.Text.Json.Nodes;
using AtProto;
using AtProto.Crypto;
using AtProto.Identity;
using AtProto.Repo;
using AtProto.Stream;
using Npgsql;
using Pds.Contracts.Repo;
using Pds.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Pds.Tests.Repo;

public sealed class ImportRepoTests(PdsFixture pds)
{
    private const string Post = "app.bsky.feed.post";
    private const string Note = "com.example.note";
    private const string Like = "app.bsky.feed.like";

    [Fact]
    public async Task An_account_that_moves_in_brings_its_records_and_signs_them_anew()
    {
        var server = await pds.GetServerAsync();
        using var alice = await pds.CreateAccountAsync();
        await server.InvokeAsync(new SetRepositoryStatus(alice.Did, AccountStatus.Deactivated));
        var car = new RepoCar(alice.Did).AddPosts(3000).Build();
        var last = await NewestEventAsync(server);

        (await RepoCar.ImportAsync(alice, car.ToBytes())).Ok();

        var export = CarReader.ReadAll((await alice.QueryAsync("com.atproto.sync.getRepo", ("did", alice.Did))).Ok().Body);
        Assert.True(SignedCommit.TryDecode(export.Blocks[export.Roots[0]], out var head));
        Assert.Equal(car.Data, head.Data);
        Assert.True(head.Rev > car.Rev);
        Assert.True(head.Verify(await SigningKeyAsync(alice.Did)));
        Assert.Superset(car.Blocks[..^1].Select(block => block.Cid).ToHashSet(), export.Blocks.Keys.ToHashSet());
        Assert.DoesNotContain(alice.Did, await EventsSinceAsync(server, last));

        await server.InvokeAsync(new SetRepositoryStatus(alice.Did, AccountStatus.Active));
        var page = (await alice.QueryAsync("com.atproto.repo.listRecords", ("repo", alice.Did), ("collection", Post), ("reverse", true))).Ok();
        Assert.Equal("post 0", page.Json.GetProperty("records")[0].GetProperty("value").GetProperty("text").GetString());
        (await alice.CreateRecordAsync(Records.Post("the first here"))).Ok();
    }

    [Fact]
    public async Task An_import_over_what_is_there_applies_the_difference_and_says_so_with_a_sync_event()
    {
        using var alice = await pds.CreateAccountAsync();
        var car = new RepoCar(alice.Did).AddPosts(400);
        (await RepoCar.ImportAsync(alice, car.Build().ToBytes())).Ok();
        foreach (var gone in car.Records.Keys.Where((_, index) => index % 7 == 0).ToList())
        {
            car.Records.Remove(gone);
        }

        foreach (var changed in car.Records.Keys.Where((_, index) => index % 5 == 0).ToList())
        {
            car.Add(changed, Records.Post("changed"));
        }

        car.AddPosts(50, first: 10_000).Build();
        using var stream = await StreamClient.ConnectAsync(pds.Url);

        (await RepoCar.ImportAsync(alice, car.ToBytes())).Ok();
        (await alice.CreateRecordAsync(new { text = "after" }, Note, "after")).Ok();

        var events = await stream.ReadAsync(alice.Did, 2);
        var sync = Assert.IsType<SyncMessage>(events[0]);
        var commit = Assert.IsType<CommitMessage>(events[1]);
        var head = CarReader.ReadAll(sync.Blocks);
        Assert.True(SignedCommit.TryDecode(head.Blocks[head.Roots[0]], out var synced));
        Assert.Equal((car.Data, sync.Rev), (synced.Data, synced.Rev));
        Assert.Equal((sync.Rev, car.Data), (commit.Since, commit.PrevData));
        await AssertHasExactlyAsync(alice, car.Add($"{Note}/after", new JsonObject { ["$type"] = Note, ["text"] = "after" }).Build());
    }

    [Fact]
    public async Task The_same_repository_again_changes_nothing_but_the_revision()
    {
        using var alice = await pds.CreateAccountAsync();
        var car = new RepoCar(alice.Did).AddPosts(20).Build();
        (await RepoCar.ImportAsync(alice, car.ToBytes())).Ok();
        var rev = await RevAsync(alice);

        (await RepoCar.ImportAsync(alice, car.ToBytes())).Ok();

        Assert.True(await RevAsync(alice) > rev);
        await AssertHasExactlyAsync(alice, car);
    }

    [Fact]
    public async Task An_empty_repository_can_replace_a_full_one()
    {
        using var alice = await pds.CreateAccountAsync();
        (await RepoCar.ImportAsync(alice, new RepoCar(alice.Did).AddPosts(100).Build().ToBytes())).Ok();

        (await RepoCar.ImportAsync(alice, new RepoCar(alice.Did).Build().ToBytes())).Ok();

        await AssertHasExactlyAsync(alice, new RepoCar(alice.Did).Build());
        (await alice.CreateRecordAsync(Records.Post("anew"))).Ok();
    }

    [Fact]
    public async Task What_does_not_fit_in_memory_is_imported_too()
    {
        using var alice = await pds.CreateAccountAsync();
        var car = new RepoCar(alice.Did);
        for (var i = 0; i < 30; i++)
        {
            car.Add($"com.example.page/{i}", new JsonObject { ["text"] = new string((char)('a' + (i % 26)), 900_000) });
        }

        (await RepoCar.ImportAsync(alice, car.Build().ToBytes())).Ok();

        await AssertHasExactlyAsync(alice, car);
    }

    [Fact]
    public async Task Writes_at_the_same_time_are_neither_lost_nor_half_done()
    {
        using var alice = await pds.CreateAccountAsync();
        var car = new RepoCar(alice.Did).AddPosts(2000).Build();

        var writes = Task.WhenAll(Enumerable.Range(0, 40).Select(i => alice.CreateRecordAsync(new { i }, Note, $"write{i}")));
        var imported = await RepoCar.ImportAsync(alice, car.ToBytes());
        var replies = await writes;

        imported.Ok();
        Assert.All(replies, reply => reply.Ok());

        // Those before the import were replaced by it; those after it are there.
        var export = await ExportAsync(alice);
        foreach (var path in export.Keys.Where(path => path.StartsWith(Note, StringComparison.Ordinal)))
        {
            car.Records.Add(path, []);
        }

        Assert.Equal(car.Records.Keys, export.Keys);
    }

    [Fact]
    public async Task Blobs_that_records_name_are_noted_and_an_upload_afterwards_stays()
    {
        var server = await pds.GetServerAsync();
        using var alice = await pds.CreateAccountAsync();
        var bytes = "the bytes of a picture"u8.ToArray();
        var cid = Cid.Compute(CidCodec.Raw, bytes);
        var car = new RepoCar(alice.Did).Add("com.example.picture/a", new JsonObject
        {
            ["picture"] = Blob(cid, bytes.Length), ["again"] = Blob(cid, bytes.Length),
        });
        (await RepoCar.ImportAsync(alice, car.Build().ToBytes())).Ok();

        (await alice.ProcedureAsync("com.atproto.repo.uploadBlob", bytes, "text/plain")).Ok();
        var listed = (await alice.QueryAsync("com.atproto.sync.listBlobs", ("did", alice.Did))).Ok().Json.GetProperty("cids");

        Assert.Equal([cid.ToString()], listed.EnumerateArray().Select(item => item.GetString()));
        Assert.False(await ScalarAsync<bool>(server, $"SELECT temporary FROM repo.blob WHERE cid = '\\x{Convert.ToHexString(cid.ToBytes())}'"));

        (await RepoCar.ImportAsync(alice, new RepoCar(alice.Did).Build().ToBytes())).Ok();
        Assert.Equal(400, (await alice.QueryAsync("com.atproto.sync.getBlob", ("did", alice.Did), ("cid", cid))).Status);
    }

    [Fact]
    public async Task A_like_that_was_imported_is_replaced_by_the_next_of_the_same_post()
    {
        using var alice = await pds.CreateAccountAsync();
        var like = new JsonObject
        {
            ["$type"] = Like,
            ["createdAt"] = "2026-01-01T00:00:00.000Z",
            ["subject"] = new JsonObject
            {
                ["uri"] = "at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/app.bsky.feed.post/3kabcdefghijk",
                ["cid"] = Cid.Compute(CidCodec.DagCbor, "x"u8).ToString(),
            },
        };
        (await RepoCar.ImportAsync(alice, new RepoCar(alice.Did).Add($"{Like}/3kaaaaaaaaaa2", like).Build().ToBytes())).Ok();

        (await alice.CreateRecordAsync(like, Like)).Ok();

        Assert.DoesNotContain($"{Like}/3kaaaaaaaaaa2", (await ExportAsync(alice)).Keys);
    }

    [Fact]
    public async Task A_revision_that_lies_far_ahead_is_not_followed()
    {
        using var alice = await pds.CreateAccountAsync();
        var car = new RepoCar(alice.Did).AddPosts(1);
        car.Rev = Tid.FromMicroseconds(long.MaxValue >> 11, 0);

        (await RepoCar.ImportAsync(alice, car.Build().ToBytes())).Ok();

        var now = (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / 10;
        Assert.InRange((await RevAsync(alice)).Microseconds, now - 60_000_000, now + 60_000_000);
    }

    private static JsonObject Blob(Cid cid, int size) => new()
    {
        ["$type"] = "blob",
        ["ref"] = new JsonObject { ["$link"] = cid.ToString() },
        ["mimeType"] = "text/plain",
        ["size"] = size,
    };

    private static async Task<SortedDictionary<string, Cid>> ExportAsync(TestAccount account)
    {
        var car = CarReader.ReadAll((await account.QueryAsync("com.atproto.sync.getRepo", ("did", account.Did))).Ok().Body);
        Assert.True(SignedCommit.TryDecode(car.Blocks[car.Roots[0]], out var commit));
        var records = new SortedDictionary<string, Cid>(StringComparer.Ordinal);
        var cursor = MerkleTree.FromBlocks(commit.Data, car.Blocks).GetCursor();
        while (cursor.Read() == TreeStep.Entry)
        {
            Assert.Contains(cursor.Value, car.Blocks);
            records.Add(System.Text.Encoding.ASCII.GetString(cursor.Key), cursor.Value);
        }

        return records;
    }

    /// <summary>The tree and the records, and no node or record besides.</summary>
    private static async Task AssertHasExactlyAsync(TestAccount account, RepoCar expected)
    {
        var body = (await account.QueryAsync("com.atproto.sync.getRepo", ("did", account.Did))).Ok().Body;
        var car = CarReader.ReadAll(body);
        Assert.True(SignedCommit.TryDecode(car.Blocks[car.Roots[0]], out var commit));
        Assert.Equal(expected.Data, commit.Data);
        Assert.Equal(
            expected.Build().Blocks[..^1].Select(block => block.Cid).ToHashSet(),
            car.Blocks.Keys.Where(cid => cid != commit.Cid).ToHashSet());
        foreach (var (path, value) in expected.Records.Take(20))
        {
            var at = path.IndexOf('/', StringComparison.Ordinal);
            var reply = (await account.QueryAsync(
                "com.atproto.repo.getRecord", ("repo", account.Did), ("collection", path[..at]), ("rkey", path[(at + 1)..]))).Ok();
            Assert.Equal(Cid.Compute(CidCodec.DagCbor, value).ToString(), reply.Json.GetProperty("cid").GetString());
        }
    }

    private static async Task<Tid> RevAsync(TestAccount account) => Tid.Parse(
        (await account.QueryAsync("com.atproto.sync.getLatestCommit", ("did", account.Did))).Ok().Json.GetProperty("rev").GetString()!);

    private async Task<PublicKey> SigningKeyAsync(Did did)
    {
        using var http = TestHttp.Create(await pds.GetPlcUrlAsync());
        return DidDocument.Parse(await http.GetByteArrayAsync(new Uri($"/{did}", UriKind.Relative), TestContext.Current.CancellationToken)).SigningKey!;
    }

    private static Task<long> NewestEventAsync(PdsServer server) =>
        ScalarAsync<long>(server, "SELECT coalesce(max(seq), 0) FROM repo.event");

    private static async Task<List<Did>> EventsSinceAsync(PdsServer server, long seq)
    {
        await using var command = server.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(
            $"SELECT r.did FROM repo.event AS e JOIN repo.repo AS r ON r.id = e.repo_id WHERE e.seq > {seq}");
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var dids = new List<Did>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            dids.Add(Did.Parse(reader.GetString(0)));
        }

        return dids;
    }

    private static async Task<T> ScalarAsync<T>(PdsServer server, string sql)
    {
        await using var command = server.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
