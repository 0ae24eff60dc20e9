using System.Text.Json.Nodes;
using AtProto;
using Pds.Tests.Support;

namespace Pds.Tests.Repo;

public sealed class CreateRecordTests(PdsFixture pds)
{
    private const string CreateRecord = "com.atproto.repo.createRecord";

    [Fact]
    public async Task Stores_a_record_and_says_where()
    {
        using var alice = await pds.CreateAccountAsync();

        var reply = (await alice.CreateRecordAsync(Records.Post("hello"))).Ok().Json;

        var uri = AtUri.Parse(reply.GetProperty("uri").GetString()!);
        Assert.Equal(alice.Did, uri.Authority.Did);
        Assert.True(Tid.IsValid(uri.Rkey!.Value.Value));
        Assert.Equal("valid", reply.GetProperty("validationStatus").GetString());
        Assert.True(Cid.TryParse(reply.GetProperty("commit").GetProperty("cid").GetString(), out _));
        Assert.True(Tid.IsValid(reply.GetProperty("commit").GetProperty("rev").GetString()));

        var stored = (await pds.Xrpc.QueryAsync(
            "com.atproto.repo.getRecord", ("repo", alice.Did), ("collection", "app.bsky.feed.post"), ("rkey", uri.Rkey))).Ok().Json;
        Assert.Equal(reply.GetProperty("uri").GetString(), stored.GetProperty("uri").GetString());
        Assert.Equal(reply.GetProperty("cid").GetString(), stored.GetProperty("cid").GetString());
        Assert.Equal("hello", stored.GetProperty("value").GetProperty("text").GetString());
    }

    [Fact]
    public async Task Completes_a_record_that_does_not_say_its_type()
    {
        using var alice = await pds.CreateAccountAsync();

        var reply = await alice.CreateRecordAsync(
            new JsonObject { ["text"] = "x", ["createdAt"] = "2026-01-01T00:00:00.000Z", ["a"] = 1, ["zzzzzz"] = 2 }, rkey: "3kaaaaaaaaaa2");

        reply.Ok();
        var stored = await pds.Xrpc.QueryAsync(
            "com.atproto.repo.getRecord", ("repo", alice.Did), ("collection", "app.bsky.feed.post"), ("rkey", "3kaaaaaaaaaa2"));
        Assert.Equal("app.bsky.feed.post", stored.Ok().Json.GetProperty("value").GetProperty("$type").GetString());
    }

    [Fact]
    public async Task Takes_a_handle_for_the_repository()
    {
        using var alice = await pds.CreateAccountAsync();

        var reply = await alice.ProcedureAsync(
            CreateRecord, new { repo = alice.Handle.Value, collection = "app.bsky.feed.post", record = Records.Post("x") });

        reply.Ok();
    }

    [Theory]
    [InlineData("""{"$type":"app.bsky.feed.like","text":"x","createdAt":"2026-01-01T00:00:00Z"}""", "Invalid $type: expected app.bsky.feed.post, got app.bsky.feed.like")]
    [InlineData("""{"$type":7}""", "Invalid $type: expected app.bsky.feed.post, got")]
    [InlineData("""{"text":"x"}""", "Invalid app.bsky.feed.post record: Record must have the property \"createdAt\"")]
    [InlineData("""{"text":"x","createdAt":"2026-01-01T00:00:00Z","n":[2,{"of":1.5}]}""", "Invalid record: Data/n/1/of has a number that is not an integer of 53 bits")]
    [InlineData("""{"$link":"bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm"}""", "Error: Input/record must be an object")]
    [InlineData("""["a"]""", "Error: Input/record must be an object")]
    [InlineData("\"text\"", "Error: Input/record must be an object")]
    [InlineData("null", "")]
    public async Task Refuses_what_is_not_a_record_of_the_collection(string record, string message)
    {
        using var alice = await pds.CreateAccountAsync();

        var reply = await alice.ProcedureAsync(
            CreateRecord, new { repo = alice.Did, collection = "app.bsky.feed.post", record = JsonNode.Parse(record) });

        Assert.Equal((400, "InvalidRequest"), (reply.Status, reply.Error));
        Assert.StartsWith(message, reply.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "com.example.unheard", 400, null)]
    [InlineData(null, "com.example.unheard", 200, "unknown")]
    [InlineData(false, "com.example.unheard", 200, null)]
    [InlineData(true, "app.bsky.feed.post", 200, "valid")]
    [InlineData(null, "app.bsky.feed.post", 200, "valid")]
    [InlineData(false, "app.bsky.feed.post", 200, null)]
    public async Task Validates_as_it_is_told(bool? validate, string collection, int status, string? verdict)
    {
        using var alice = await pds.CreateAccountAsync();
        var record = Records.Post("x");
        record["$type"] = collection;

        var reply = await alice.CreateRecordAsync(record, collection, validate: validate);

        Assert.Equal(status, reply.Status);
        if (status == 400)
        {
            Assert.Equal("Unknown lexicon type: com.example.unheard", reply.Message);
        }
        else
        {
            Assert.Equal(verdict, reply.Json.TryGetProperty("validationStatus", out var said) ? said.GetString() : null);
        }
    }

    [Fact]
    public async Task Stores_a_wrong_record_when_told_not_to_look_but_no_fraction()
    {
        using var alice = await pds.CreateAccountAsync();

        var wrong = await alice.CreateRecordAsync(new JsonObject { ["text"] = 7 }, validate: false);
        var fraction = await alice.CreateRecordAsync(new JsonObject { ["text"] = 7.5 }, validate: false);

        Assert.Equal(200, wrong.Status);
        Assert.Equal((400, "InvalidRequest"), (fraction.Status, fraction.Error));
    }

    [Theory]
    [InlineData("with space")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("")]
    public async Task Refuses_a_key_that_is_none(string rkey)
    {
        using var alice = await pds.CreateAccountAsync();

        var reply = await alice.CreateRecordAsync(Records.Post("x"), rkey: rkey);

        Assert.Equal((400, "InvalidRequest"), (reply.Status, reply.Error));
    }

    [Fact]
    public async Task Refuses_a_key_that_the_schema_does_not_allow()
    {
        using var alice = await pds.CreateAccountAsync();

        var reply = await alice.CreateRecordAsync(Records.Post("x"), rkey: "self");

        Assert.Equal((400, "InvalidRequest"), (reply.Status, reply.Error));
        Assert.StartsWith("Invalid record key for app.bsky.feed.post", reply.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_a_key_that_is_taken()
    {
        using var alice = await pds.CreateAccountAsync();
        (await alice.CreateRecordAsync(Records.Post("x"), rkey: "3kaaaaaaaaaa2")).Ok();

        var reply = await alice.CreateRecordAsync(Records.Post("y"), rkey: "3kaaaaaaaaaa2");

        Assert.Equal((400, "InvalidRequest"), (reply.Status, reply.Error));
        Assert.StartsWith("Record already exists", reply.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_a_legacy_blob_anywhere()
    {
        using var alice = await pds.CreateAccountAsync();
        const string cid = "bafkreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq";
        var record = new JsonObject
        {
            ["deep"] = new JsonArray(new JsonObject { ["image"] = new JsonObject { ["cid"] = cid, ["mimeType"] = "image/png" } }),
        };

        var reply = await alice.CreateRecordAsync(record, "com.example.note", validate: false);

        Assert.Equal((400, "InvalidRequest"), (reply.Status, reply.Error));
        Assert.Equal($"Legacy blobs are not allowed ({cid})", reply.Message);
    }

    [Fact]
    public async Task Refuses_another_ones_repository()
    {
        using var alice = await pds.CreateAccountAsync();
        using var bob = await pds.CreateAccountAsync();

        var reply = await alice.ProcedureAsync(
            CreateRecord, new { repo = bob.Did, collection = "app.bsky.feed.post", record = Records.Post("x") });

        Assert.Equal((401, "AuthenticationRequired"), (reply.Status, reply.Error));
    }

    [Theory]
    [InlineData("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("nobody-at-all.test")]
    public async Task Refuses_a_repository_that_is_not_here(string repo)
    {
        using var alice = await pds.CreateAccountAsync();

        var reply = await alice.ProcedureAsync(
            CreateRecord, new { repo, collection = "app.bsky.feed.post", record = Records.Post("x") });

        Assert.Equal((403, "AccountNotFound"), (reply.Status, reply.Error));
    }

    [Fact]
    public async Task Refuses_a_caller_who_shows_nothing()
    {
        var reply = await pds.Xrpc.ProcedureAsync(
            CreateRecord, new { repo = "a.test", collection = "app.bsky.feed.post", record = Records.Post("x") });

        Assert.Equal((401, "AuthMissing"), (reply.Status, reply.Error));
    }

    [Fact]
    public async Task Refuses_a_stale_swap_commit_and_leaves_the_head_alone()
    {
        using var alice = await pds.CreateAccountAsync();
        var stale = CommitOf(await alice.CreateRecordAsync(Records.Post("one")));
        var head = CommitOf(await alice.CreateRecordAsync(Records.Post("two"), swapCommit: stale));

        var reply = await alice.CreateRecordAsync(Records.Post("three"), swapCommit: stale);

        Assert.Equal((400, "InvalidSwap", $"Commit was at {head}"), (reply.Status, reply.Error, reply.Message));
        (await alice.CreateRecordAsync(Records.Post("four"), swapCommit: head)).Ok();
    }

    [Fact]
    public async Task Refuses_a_body_of_more_than_a_megabyte()
    {
        using var alice = await pds.CreateAccountAsync();

        var reply = await alice.CreateRecordAsync(new JsonObject { ["text"] = new string('x', 1_000_000) }, validate: false);

        Assert.Equal((413, "PayloadTooLarge"), (reply.Status, reply.Error));
    }

    [Theory]
    [InlineData("app.bsky.graph.follow", """{"subject":"did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"}""")]
    [InlineData("app.bsky.graph.block", """{"subject":"did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"}""")]
    [InlineData("app.bsky.feed.like", """{"subject":{"uri":"at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/app.bsky.feed.post/3kaaaaaaaaaa2","cid":"bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm"}}""")]
    [InlineData("app.bsky.feed.repost", """{"subject":{"uri":"at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/app.bsky.feed.post/3kaaaaaaaaaa2","cid":"bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm"}}""")]
    public async Task Replaces_an_earlier_record_of_the_same_subject(string collection, string json)
    {
        using var alice = await pds.CreateAccountAsync();
        JsonObject Record()
        {
            var record = JsonNode.Parse(json)!.AsObject();
            record["createdAt"] = "2026-01-01T00:00:00.000Z";
            return record;
        }

        (await alice.CreateRecordAsync(Record(), collection, rkey: "3kaaaaaaaaaa2")).Ok();
        (await alice.CreateRecordAsync(Record(), collection, rkey: "3kaaaaaaaaab2", validate: false)).Ok();
        Assert.Equal(["3kaaaaaaaaab2", "3kaaaaaaaaaa2"], await KeysAsync(alice, collection));

        (await alice.CreateRecordAsync(Record(), collection, rkey: "3kaaaaaaaaac2")).Ok();

        Assert.Equal(["3kaaaaaaaaac2"], await KeysAsync(alice, collection));
    }

    [Fact]
    public async Task Keeps_follows_of_others()
    {
        using var alice = await pds.CreateAccountAsync();
        static JsonObject Follow(char who) => new()
        {
            ["subject"] = $"did:plc:{new string(who, 24)}", ["createdAt"] = "2026-01-01T00:00:00.000Z",
        };

        // At once, so that each meets the others while they are on their way to disk.
        await Task.WhenAll("abcabcabc".Select(async who =>
            (await alice.CreateRecordAsync(Follow(who), "app.bsky.graph.follow")).Ok()));

        Assert.Equal(3, (await KeysAsync(alice, "app.bsky.graph.follow")).Length);
    }

    private static Cid CommitOf(XrpcReply reply) =>
        Cid.Parse(reply.Ok().Json.GetProperty("commit").GetProperty("cid").GetString()!);

    private async Task<string[]> KeysAsync(TestAccount account, string collection)
    {
        var reply = await pds.Xrpc.QueryAsync("com.atproto.repo.listRecords", ("repo", account.Did), ("collection", collection));
        return [.. reply.Ok().Json.GetProperty("records").EnumerateArray()
            .Select(record => record.GetProperty("uri").GetString()!.Split('/')[^1])];
    }
}
