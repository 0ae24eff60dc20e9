using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pds.Tests.Support;

namespace Pds.Tests.Repo;

public sealed class ReadRecordTests(PdsFixture pds)
{
    private const string Collection = "com.example.note";

    [Fact]
    public async Task GetRecord_gives_back_every_kind_of_value()
    {
        using var alice = await pds.CreateAccountAsync();
        var record = new JsonObject
        {
            ["$type"] = Collection,
            ["text"] = "\"quoted\" <b> \u00fc \ud83d\ude00 \n",
            ["number"] = -9007199254740991,
            ["yes"] = true,
            ["nothing"] = null,
            ["list"] = new JsonArray(1, "two", new JsonArray()),
            ["bytes"] = new JsonObject { ["$bytes"] = "AQI" },
            ["link"] = new JsonObject { ["$link"] = "bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm" },
            ["map"] = new JsonObject { ["$type"] = "com.example.note#part", ["__proto__"] = 1 },
        };
        await CreateAsync(alice, "a", record);

        var stored = (await GetAsync(alice.Did, "a")).Ok();

        Assert.StartsWith("application/json", stored.Header("Content-Type"), StringComparison.Ordinal);
        Assert.True(JsonNode.DeepEquals(record, JsonNode.Parse(stored.Json.GetProperty("value").GetRawText())));
    }

    [Fact]
    public async Task GetRecord_takes_a_handle_and_the_current_version()
    {
        using var alice = await pds.CreateAccountAsync();
        var cid = await CreateAsync(alice, "a", new JsonObject { ["text"] = "x" });

        (await GetAsync(alice.Handle, "a")).Ok();
        (await GetAsync(alice.Did, "a", cid)).Ok();
        var other = await GetAsync(alice.Did, "a", "bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm");

        Assert.Equal((400, "RecordNotFound"), (other.Status, other.Error));
    }

    [Fact]
    public async Task GetRecord_says_which_record_it_could_not_find()
    {
        using var alice = await pds.CreateAccountAsync();

        var record = await GetAsync(alice.Did, "a");
        var repo = await GetAsync("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", "a");
        var handle = await GetAsync("nobody-at-all.test", "a");

        Assert.Equal(
            (400, "RecordNotFound", $"Could not locate record: at://{alice.Did}/{Collection}/a"),
            (record.Status, record.Error, record.Message));
        Assert.Equal((400, "InvalidRequest", "Could not locate record"), (repo.Status, repo.Error, repo.Message));
        Assert.Equal((400, "InvalidRequest", "Could not locate record"), (handle.Status, handle.Error, handle.Message));
    }

    [Theory]
    [InlineData("", Collection, "a")]
    [InlineData("not a repo", Collection, "a")]
    [InlineData("a.test", "nonsense", "a")]
    [InlineData("a.test", Collection, "a b")]
    public async Task GetRecord_refuses_what_it_cannot_read(string repo, string collection, string rkey)
    {
        var reply = await pds.Xrpc.QueryAsync(
            "com.atproto.repo.getRecord", ("repo", repo), ("collection", collection), ("rkey", rkey));

        Assert.Equal((400, "InvalidRequest"), (reply.Status, reply.Error));
    }

    [Fact]
    public async Task ListRecords_pages_through_a_collection_in_either_direction()
    {
        using var alice = await pds.CreateAccountAsync();
        string[] keys = ["a", "b", "c", "d", "e"];
        foreach (var key in keys)
        {
            await CreateAsync(alice, key, new JsonObject { ["text"] = key });
        }

        await alice.CreateRecordAsync(Records.Post("another collection"));

        Assert.Equal(keys.Reverse(), await ReadPagesAsync(alice, reverse: false));
        Assert.Equal(keys, await ReadPagesAsync(alice, reverse: true));
    }

    [Fact]
    public async Task ListRecords_gives_an_empty_page_without_a_cursor()
    {
        using var alice = await pds.CreateAccountAsync();

        var reply = await ListAsync(alice.Did);

        Assert.Equal("""{"records":[]}""", reply.Ok().Json.GetRawText());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(101)]
    public async Task ListRecords_refuses_an_impossible_limit(int limit)
    {
        using var alice = await pds.CreateAccountAsync();

        var reply = await ListAsync(alice.Did, ("limit", limit));

        Assert.Equal((400, "InvalidRequest"), (reply.Status, reply.Error));
    }

    [Fact]
    public async Task ListRecords_refuses_a_repository_that_is_not_here()
    {
        var reply = await ListAsync("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa");

        Assert.Equal(
            (400, "InvalidRequest", "Could not find repo: did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"),
            (reply.Status, reply.Error, reply.Message));
    }

    [Fact]
    public async Task Records_under_takedown_are_not_shown()
    {
        using var alice = await pds.CreateAccountAsync();
        await CreateAsync(alice, "shown", new JsonObject { ["text"] = "x" });
        await CreateAsync(alice, "hidden", new JsonObject { ["text"] = "x" });
        var database = (await pds.GetServerAsync()).Services.GetRequiredService<NpgsqlDataSource>();
        await using var takedown = database.CreateCommand(
            """
            UPDATE repo.record SET takedown = 'test'
            WHERE rkey = 'hidden' AND repo_id = (SELECT id FROM repo.repo WHERE did = $1)
            """);
        takedown.Parameters.AddWithValue(alice.Did.Value);
        Assert.Equal(1, await takedown.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));

        var hidden = await GetAsync(alice.Did, "hidden");
        var page = await ListAsync(alice.Did);

        Assert.Equal((400, "RecordNotFound"), (hidden.Status, hidden.Error));
        Assert.Equal(1, page.Ok().Json.GetProperty("records").GetArrayLength());
    }

    [Fact]
    public async Task DescribeRepo_names_the_collections_and_the_owner()
    {
        using var alice = await pds.CreateAccountAsync();
        foreach (var collection in new[] { "com.example.zebra", "com.example.ape", "com.example.note" })
        {
            (await alice.CreateRecordAsync(new JsonObject(), collection, "a")).Ok();
            (await alice.CreateRecordAsync(new JsonObject(), collection, "b")).Ok();
        }

        var reply = (await pds.Xrpc.QueryAsync("com.atproto.repo.describeRepo", ("repo", alice.Handle))).Ok().Json;

        Assert.Equal(alice.Handle.Value, reply.GetProperty("handle").GetString());
        Assert.Equal(alice.Did.Value, reply.GetProperty("did").GetString());
        Assert.Equal(alice.Did.Value, reply.GetProperty("didDoc").GetProperty("id").GetString());
        Assert.True(reply.GetProperty("handleIsCorrect").GetBoolean());
        Assert.Equal(
            ["com.example.ape", "com.example.note", "com.example.zebra"],
            reply.GetProperty("collections").EnumerateArray().Select(collection => collection.GetString()!));
    }

    [Fact]
    public async Task DescribeRepo_refuses_a_repository_that_is_not_here()
    {
        var reply = await pds.Xrpc.QueryAsync("com.atproto.repo.describeRepo", ("repo", "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"));

        Assert.Equal((400, "RepoNotFound"), (reply.Status, reply.Error));
    }

    private static async Task<string> CreateAsync(TestAccount account, string rkey, JsonObject record)
    {
        var reply = await account.CreateRecordAsync(record, Collection, rkey);
        return reply.Ok().Json.GetProperty("cid").GetString()!;
    }

    private Task<XrpcReply> GetAsync(object repo, string rkey, string? cid = null) => pds.Xrpc.QueryAsync(
        "com.atproto.repo.getRecord", ("repo", repo), ("collection", Collection), ("rkey", rkey), ("cid", cid));

    private Task<XrpcReply> ListAsync(object repo, params (string Name, object? Value)[] more) => pds.Xrpc.QueryAsync(
        "com.atproto.repo.listRecords", [("repo", repo), ("collection", Collection), .. more]);

    private async Task<List<string>> ReadPagesAsync(TestAccount account, bool reverse)
    {
        var keys = new List<string>();
        for (JsonElement? cursor = null; ;)
        {
            var page = (await ListAsync(
                account.Did, ("limit", 2), ("reverse", reverse), ("cursor", cursor?.GetString()))).Ok().Json;
            var records = page.GetProperty("records").EnumerateArray().ToArray();
            Assert.True(records.Length <= 2);
            keys.AddRange(records.Select(record => record.GetProperty("value").GetProperty("text").GetString()!));
            if (records.Length == 0)
            {
                Assert.False(page.TryGetProperty("cursor", out _));
                return keys;
            }

            cursor = page.GetProperty("cursor");
        }
    }
}
