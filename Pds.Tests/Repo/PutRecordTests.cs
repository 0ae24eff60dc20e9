using System.Text.Json.Nodes;
using Pds.Tests.Support;

namespace Pds.Tests.Repo;

public sealed class PutRecordTests(PdsFixture pds)
{
    private const string Collection = "com.example.note";

    [Fact]
    public async Task Creates_what_is_not_there_and_replaces_what_is()
    {
        using var alice = await pds.CreateAccountAsync();

        var created = (await PutAsync(alice, "a", Note("one"))).Ok().Json;
        var updated = (await PutAsync(alice, "a", Note("two"))).Ok().Json;

        Assert.Equal(created.GetProperty("uri").GetString(), updated.GetProperty("uri").GetString());
        Assert.NotEqual(created.GetProperty("cid").GetString(), updated.GetProperty("cid").GetString());
        Assert.Equal("unknown", updated.GetProperty("validationStatus").GetString());
        Assert.Equal("two", await ReadAsync(alice, "a"));
    }

    [Fact]
    public async Task Brings_the_pictures_of_an_old_profile_into_their_form_of_today()
    {
        const string Profile = "app.bsky.actor.profile";
        using var alice = await pds.CreateAccountAsync();
        byte[] png = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 1, 2];
        var blob = (await alice.ProcedureAsync("com.atproto.repo.uploadBlob", png, "image/png")).Ok().Json.GetProperty("blob");
        var cid = blob.GetProperty("ref").GetProperty("$link").GetString();
        JsonObject Legacy(string? name) => new() { ["cid"] = name, ["mimeType"] = "image/png" };

        (await alice.PutRecordAsync(
            new JsonObject { ["displayName"] = "a", ["avatar"] = Legacy(cid), ["banner"] = Legacy(cid) }, Profile, "self")).Ok();
        var unknown = await alice.PutRecordAsync(
            new JsonObject { ["avatar"] = Legacy("bafkreibjfgx2gprinfvicegelk5kosd6y2frmqpqzwqkg7usac74l3t2v4") }, Profile, "self");
        var elsewhere = await alice.PutRecordAsync(new JsonObject { ["avatar"] = Legacy(cid) }, Collection, "a");

        var stored = (await pds.Xrpc.QueryAsync("com.atproto.repo.getRecord", ("repo", alice.Did), ("collection", Profile), ("rkey", "self")))
            .Ok().Json.GetProperty("value");
        Assert.Equal(("a", 4), (stored.GetProperty("displayName").GetString(), stored.EnumerateObject().Count()));
        foreach (var name in new[] { "avatar", "banner" })
        {
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(blob.GetRawText()), JsonNode.Parse(stored.GetProperty(name).GetRawText())));
        }

        Assert.Equal((400, "BlobNotFound"), (unknown.Status, unknown.Error));
        Assert.Equal((400, $"Legacy blobs are not allowed ({cid})"), (elsewhere.Status, elsewhere.Message));
    }

    [Fact]
    public async Task Makes_no_commit_of_an_equal_record()
    {
        using var alice = await pds.CreateAccountAsync();
        var first = (await PutAsync(alice, "a", Note("one"))).Ok().Json;
        var head = first.GetProperty("commit").GetProperty("cid").GetString();

        var second = (await PutAsync(alice, "a", Note("one"))).Ok().Json;

        Assert.Equal(first.GetProperty("cid").GetString(), second.GetProperty("cid").GetString());
        Assert.False(second.TryGetProperty("commit", out _));
        (await PutAsync(alice, "b", Note("two"), new { swapCommit = head })).Ok();
    }

    [Fact]
    public async Task Obeys_a_condition_on_the_record()
    {
        using var alice = await pds.CreateAccountAsync();
        var cid = (await PutAsync(alice, "a", Note("one"), new { swapRecord = (string?)null })).Ok().Json.GetProperty("cid").GetString()!;

        var exists = await PutAsync(alice, "a", Note("two"), new { swapRecord = (string?)null });
        var differs = await PutAsync(alice, "b", Note("two"), new { swapRecord = cid });

        Assert.Equal((400, "InvalidSwap", $"Record was at {cid}"), (exists.Status, exists.Error, exists.Message));
        Assert.Equal((400, "InvalidSwap", "Record was at null"), (differs.Status, differs.Error, differs.Message));
        Assert.Equal("one", await ReadAsync(alice, "a"));
        (await PutAsync(alice, "a", Note("two"), new { swapRecord = cid })).Ok();
        Assert.Equal("two", await ReadAsync(alice, "a"));
    }

    [Fact]
    public async Task Refuses_a_condition_that_is_no_cid()
    {
        using var alice = await pds.CreateAccountAsync();

        var reply = await PutAsync(alice, "a", Note("one"), new { swapRecord = "bafy" });

        Assert.Equal((400, "InvalidRequest"), (reply.Status, reply.Error));
    }

    [Fact]
    public async Task Refuses_a_stale_swap_commit_even_where_there_is_nothing_to_change()
    {
        using var alice = await pds.CreateAccountAsync();
        var stale = (await PutAsync(alice, "a", Note("one"))).Ok().Json.GetProperty("commit").GetProperty("cid").GetString();
        (await PutAsync(alice, "b", Note("one"))).Ok();

        var reply = await PutAsync(alice, "a", Note("one"), new { swapCommit = stale });

        Assert.Equal((400, "InvalidSwap"), (reply.Status, reply.Error));
    }

    private static JsonObject Note(string text) => new() { ["text"] = text };

    private static Task<XrpcReply> PutAsync(TestAccount account, string rkey, JsonObject record, object? conditions = null)
    {
        var input = new JsonObject
        {
            ["repo"] = account.Did.Value, ["collection"] = Collection, ["rkey"] = rkey, ["record"] = record,
        };
        foreach (var property in conditions?.GetType().GetProperties() ?? [])
        {
            input[property.Name] = (string?)property.GetValue(conditions);
        }

        return account.ProcedureAsync("com.atproto.repo.putRecord", input);
    }

    private async Task<string?> ReadAsync(TestAccount account, string rkey)
    {
        var reply = await pds.Xrpc.QueryAsync(
            "com.atproto.repo.getRecord", ("repo", account.Did), ("collection", Collection), ("rkey", rkey));
        return reply.Ok().Json.GetProperty("value").GetProperty("text").GetString();
    }
}
