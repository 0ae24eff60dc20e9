using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Pds.Tests.Support;

namespace Pds.Tests.Repo;

public sealed class ApplyWritesTests(PdsFixture pds)
{
    private const string Collection = "com.example.note";
    private const string Method = "com.atproto.repo.applyWrites";

    [Fact]
    public async Task Applies_all_writes_in_one_commit_and_answers_in_their_order()
    {
        using var alice = await pds.CreateAccountAsync();
        (await ApplyAsync(alice, Create("a"), Create("b"), Create("c"))).Ok();

        var reply = (await ApplyAsync(alice, Update("b", "new"), Delete("a"), Create("d"), Create(null))).Ok().Json;

        var results = reply.GetProperty("results").EnumerateArray().ToArray();
        Assert.Equal(
            ["updateResult", "deleteResult", "createResult", "createResult"],
            results.Select(result => result.GetProperty("$type").GetString()!.Split('#')[1]));
        Assert.EndsWith("/b", results[0].GetProperty("uri").GetString(), StringComparison.Ordinal);
        Assert.Equal("unknown", results[2].GetProperty("validationStatus").GetString());
        Assert.False(results[1].TryGetProperty("uri", out _));
        Assert.True(reply.TryGetProperty("commit", out _));
        Assert.Equal(4, (await KeysAsync(alice)).Length);
    }

    [Fact]
    public async Task Applies_none_when_one_is_refused()
    {
        using var alice = await pds.CreateAccountAsync();
        (await ApplyAsync(alice, Create("a"))).Ok();

        XrpcReply[] replies =
        [
            await ApplyAsync(alice, Create("b"), Create("a")),
            await ApplyAsync(alice, Create("b"), Update("c", "x")),
            await ApplyAsync(alice, Create("b"), Delete("c")),
            await ApplyAsync(alice, Create("b"), Create("b")),
            await ApplyAsync(alice, Create("b"), new JsonObject { ["$type"] = $"{Method}#create", ["collection"] = Collection }),
            await ApplyAsync(alice, Create("b"), new JsonObject { ["$type"] = $"{Method}#delete", ["collection"] = Collection }),
            await ApplyAsync(alice, Create("b"), new JsonObject { ["$type"] = $"{Method}#other", ["collection"] = Collection }),
        ];

        Assert.All(replies, reply => Assert.Equal((400, "InvalidRequest"), (reply.Status, reply.Error)));
        Assert.Equal(["a"], await KeysAsync(alice));
    }

    [Fact]
    public async Task Refuses_more_than_200_writes_and_takes_200()
    {
        using var alice = await pds.CreateAccountAsync();
        JsonObject[] Many(int count) => [.. Enumerable.Range(0, count).Select(i => Create($"k{i}"))];

        var tooMany = await ApplyAsync(alice, Many(201));
        var enough = await ApplyAsync(alice, Many(200));

        Assert.Equal((400, "InvalidRequest", "Too many writes. Max: 200"), (tooMany.Status, tooMany.Error, tooMany.Message));
        Assert.Equal(200, enough.Ok().Json.GetProperty("results").GetArrayLength());
    }

    [Fact]
    public async Task Refuses_writes_whose_event_would_be_larger_than_the_stream_takes()
    {
        using var alice = await pds.CreateAccountAsync();
        var car = new RepoCar(alice.Did);
        for (var i = 0; i < 4000; i++)
        {
            car.Add($"{Collection}/{Convert.ToHexStringLower(SHA512.HashData([(byte)i, (byte)(i >> 8)]))}{new string('x', 380)}", new JsonObject());
        }

        (await RepoCar.ImportAsync(alice, car.Build().ToBytes())).Ok();
        var head = await alice.GetHeadAsync();
        var keys = car.Records.Keys.Where((_, i) => i % 20 == 0).Select(path => path.Split('/')[1]).ToArray();

        var reply = await ApplyAsync(alice, [.. keys.Select(key => Update(key, new string('y', 4000)))]);

        Assert.Equal(200, keys.Length);
        Assert.Equal((400, "InvalidRequest", "Too many writes. Max event size: 2MB"), (reply.Status, reply.Error, reply.Message));
        Assert.Equal(head, await alice.GetHeadAsync());
        (await ApplyAsync(alice, [.. keys.Take(50).Select(key => Update(key, new string('y', 4000)))])).Ok();
    }

    [Fact]
    public async Task Makes_a_commit_of_no_writes_which_does_not_change_the_tree()
    {
        using var alice = await pds.CreateAccountAsync();
        var one = (await ApplyAsync(alice, Create("a"))).Ok().Json.GetProperty("commit");

        var two = (await ApplyAsync(alice)).Ok().Json.GetProperty("commit");

        Assert.NotEqual(one.GetProperty("cid").GetString(), two.GetProperty("cid").GetString());
        Assert.True(string.CompareOrdinal(two.GetProperty("rev").GetString(), one.GetProperty("rev").GetString()) > 0);
        Assert.Equal(["a"], await KeysAsync(alice));
    }

    [Fact]
    public async Task Refuses_a_stale_swap_commit()
    {
        using var alice = await pds.CreateAccountAsync();
        var stale = (await ApplyAsync(alice, Create("a"))).Ok().Json.GetProperty("commit").GetProperty("cid").GetString();
        (await ApplyAsync(alice, Create("b"))).Ok();

        var reply = await alice.ProcedureAsync(
            Method, new { repo = alice.Did, writes = new[] { Create("c") }, swapCommit = stale });

        Assert.Equal((400, "InvalidSwap"), (reply.Status, reply.Error));
    }

    [Fact]
    public async Task Does_not_replace_records_of_the_same_subject()
    {
        using var alice = await pds.CreateAccountAsync();
        JsonObject Follow(string rkey) => new()
        {
            ["$type"] = $"{Method}#create",
            ["collection"] = "app.bsky.graph.follow",
            ["rkey"] = rkey,
            ["value"] = new JsonObject { ["subject"] = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", ["createdAt"] = "2026-01-01T00:00:00.000Z" },
        };

        (await ApplyAsync(alice, Follow("3kaaaaaaaaaa2"), Follow("3kaaaaaaaaab2"))).Ok();

        Assert.Equal(2, (await KeysAsync(alice, "app.bsky.graph.follow")).Length);
    }

    private static JsonObject Create(string? rkey) => new()
    {
        ["$type"] = $"{Method}#create",
        ["collection"] = Collection,
        ["rkey"] = rkey,
        ["value"] = new JsonObject { ["text"] = rkey },
    };

    private static JsonObject Update(string rkey, string text) => new()
    {
        ["$type"] = $"{Method}#update",
        ["collection"] = Collection,
        ["rkey"] = rkey,
        ["value"] = new JsonObject { ["text"] = text },
    };

    private static JsonObject Delete(string rkey) => new()
    {
        ["$type"] = $"{Method}#delete", ["collection"] = Collection, ["rkey"] = rkey,
    };

    private static Task<XrpcReply> ApplyAsync(TestAccount account, params JsonObject[] writes) =>
        account.ProcedureAsync(Method, new { repo = account.Did, writes });

    private async Task<string[]> KeysAsync(TestAccount account, string collection = Collection)
    {
        var reply = await pds.Xrpc.QueryAsync(
            "com.atproto.repo.listRecords", ("repo", account.Did), ("collection", collection), ("limit", 100));
        return [.. reply.Ok().Json.GetProperty("records").EnumerateArray()
            .Select(record => record.GetProperty("uri").GetString()!.Split('/')[^1])];
    }
}
