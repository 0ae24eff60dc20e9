using System.Text.Json;
using AtProto;
using AtProto.Repo;
using AtProto.Stream;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pds.Tests.Support;

namespace Pds.Tests.Cli;

/// <summary>What an operator repairs while the server runs.</summary>
public sealed class RepairTests(PdsFixture pds)
{
    [Fact]
    public async Task A_tree_that_was_damaged_is_made_anew_of_its_records_and_consumers_are_told()
    {
        var database = await PdsFixture.CreateDatabaseAsync();
        await using var server = await pds.StartServerAsync(database: database);
        using var alice = await TestAccount.CreateAsync(server);
        foreach (var collection in (string[])["com.example", "com.example.more", "com.example-other"])
        {
            for (var i = 0; i < 30; i++)
            {
                (await alice.CreateRecordAsync(new { n = i }, $"{collection}.thing", $"k{i}")).Ok();
            }
        }

        await ExecuteAsync(server, "DELETE FROM repo.node WHERE cid IN (SELECT cid FROM repo.node ORDER BY cid LIMIT 5)");
        await ExecuteAsync(server, "DELETE FROM repo.record WHERE rkey = 'k7'");
        using var stream = await StreamClient.ConnectAsync(server.Url);

        var (code, output) = await CommandLine.For(server, database).RunAsync("rebuild-repository", alice.Did.Value);
        var sync = Assert.IsType<SyncMessage>((await stream.ReadAsync(alice.Did, 1))[0]);
        (await alice.CreateRecordAsync(new { n = 1 }, "com.example.thing", "after")).Ok();
        var commit = Assert.IsType<CommitMessage>((await stream.ReadAsync(alice.Did, 1))[0]);

        Assert.True(code == 0, output);
        Assert.Contains("87 records", output, StringComparison.Ordinal);
        Assert.Equal(sync.Rev, commit.Since);
        Assert.Equal(88, await CountExportedAsync(server, alice.Did));

        var again = await CommandLine.For(server, database).RunAsync("rebuild-repository", alice.Did.Value, "--json");
        Assert.True(JsonElement.DeepEquals(
            JsonSerializer.SerializeToElement(new { did = alice.Did.Value, records = 88 }), JsonDocument.Parse(again.Output).RootElement));
    }

    [Fact]
    public async Task Who_is_not_here_or_no_DID_is_told()
    {
        var database = await PdsFixture.CreateDatabaseAsync();
        await using var server = await pds.StartServerAsync(database: database);

        var (missing, said) = await CommandLine.For(server, database).RunAsync("rebuild-repository", "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa");
        var (none, _) = await CommandLine.For(server, database).RunAsync("rebuild-repository", "alice");

        Assert.Equal(1, missing);
        Assert.Contains("no repository here", said, StringComparison.Ordinal);
        Assert.NotEqual(0, none);
    }

    [Fact]
    public async Task A_stream_goes_on_after_the_number_that_consumers_have_seen_and_never_back()
    {
        var database = await PdsFixture.CreateDatabaseAsync();
        await using var server = await pds.StartServerAsync(database: database);
        using var alice = await TestAccount.CreateAsync(server);
        using var stream = await StreamClient.ConnectAsync(server.Url);

        var (code, output) = await CommandLine.For(server, database).RunAsync("continue-stream", "5000000");
        await CommandLine.For(server, database).RunAsync("continue-stream", "12");
        (await alice.CreateRecordAsync(Records.Post("after the restore"))).Ok();

        Assert.True(code == 0, output);
        Assert.Contains("5000001", output, StringComparison.Ordinal);
        Assert.Equal(5_000_001, (await stream.ReadAsync(alice.Did, 1))[0].Seq);
    }

    private static async Task<int> CountExportedAsync(PdsServer server, Did did)
    {
        var export = CarReader.ReadAll((await server.Xrpc.QueryAsync("com.atproto.sync.getRepo", ("did", did))).Ok().Body);
        Assert.True(SignedCommit.TryDecode(export.Blocks[Assert.Single(export.Roots)], out var commit));
        var count = 0;
        var cursor = MerkleTree.FromBlocks(commit.Data, export.Blocks).GetCursor();
        for (; cursor.Read() == TreeStep.Entry; count++)
        {
            Assert.Contains(cursor.Value, export.Blocks);
        }

        return count;
    }

    private static async Task ExecuteAsync(PdsServer server, string sql)
    {
        await using var command = server.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
