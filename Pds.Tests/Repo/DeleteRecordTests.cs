using System.Text.Json.Nodes;
using Pds.Tests.Support;

namespace Pds.Tests.Repo;

public sealed class DeleteRecordTests(PdsFixture pds)
{
    private const string Collection = "com.example.note";
    private const string Method = "com.atproto.repo.deleteRecord";

    [Fact]
    public async Task Deletes_a_record()
    {
        using var alice = await pds.CreateAccountAsync();
        await CreateAsync(alice, "a");

        var reply = (await alice.DeleteRecordAsync(Collection, "a")).Ok().Json;

        Assert.True(reply.TryGetProperty("commit", out _));
        var gone = await pds.Xrpc.QueryAsync(
            "com.atproto.repo.getRecord", ("repo", alice.Did), ("collection", Collection), ("rkey", "a"));
        Assert.Equal((400, "RecordNotFound"), (gone.Status, gone.Error));
    }

    [Fact]
    public async Task Takes_a_record_that_is_not_there_for_deleted_and_makes_no_commit()
    {
        using var alice = await pds.CreateAccountAsync();

        var reply = await alice.DeleteRecordAsync(Collection, "a");

        Assert.Equal("{}", reply.Ok().Json.GetRawText());
    }

    [Fact]
    public async Task Obeys_conditions_on_record_and_head()
    {
        using var alice = await pds.CreateAccountAsync();
        var (cid, stale) = await CreateAsync(alice, "a");
        var (other, head) = await CreateAsync(alice, "b", "other");

        var record = await alice.ProcedureAsync(Method, Input(alice, "a", ("swapRecord", other)));
        var commit = await alice.ProcedureAsync(Method, Input(alice, "a", ("swapCommit", stale)));
        var both = await alice.ProcedureAsync(Method, Input(alice, "a", ("swapRecord", cid), ("swapCommit", head)));

        Assert.Equal((400, "InvalidSwap", $"Record was at {cid}"), (record.Status, record.Error, record.Message));
        Assert.Equal((400, "InvalidSwap", $"Commit was at {head}"), (commit.Status, commit.Error, commit.Message));
        both.Ok();
    }

    [Fact]
    public async Task Leaves_an_empty_tree_and_a_repository_that_can_be_written_again()
    {
        using var alice = await pds.CreateAccountAsync();
        for (var i = 0; i < 12; i++)
        {
            await CreateAsync(alice, $"k{i}");
        }

        for (var i = 0; i < 12; i++)
        {
            (await alice.DeleteRecordAsync(Collection, $"k{i}")).Ok();
        }

        await CreateAsync(alice, "again");
        var list = await pds.Xrpc.QueryAsync("com.atproto.repo.listRecords", ("repo", alice.Did), ("collection", Collection));
        Assert.Equal(1, list.Ok().Json.GetProperty("records").GetArrayLength());
    }

    private static async Task<(string Cid, string Commit)> CreateAsync(TestAccount account, string rkey, string text = "x")
    {
        var reply = (await account.CreateRecordAsync(new JsonObject { ["text"] = text }, Collection, rkey)).Ok().Json;
        return (reply.GetProperty("cid").GetString()!, reply.GetProperty("commit").GetProperty("cid").GetString()!);
    }

    private static JsonObject Input(TestAccount account, string rkey, params (string Name, string Value)[] conditions)
    {
        var input = new JsonObject { ["repo"] = account.Did.Value, ["collection"] = Collection, ["rkey"] = rkey };
        foreach (var (name, value) in conditions)
        {
            input[name] = value;
        }

        return input;
    }
}
