using AtProto;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pds.LocalServices;
using Pds.Tests.Support;

namespace Pds.Tests.Cli;

/// <summary>Damage of every kind is found, in the account that has it, and mended where nothing can be lost.</summary>
public sealed class VerifyTests(PdsFixture pds)
{
    [Theory]
    [InlineData("ConnectionStrings:pdsdb")]
    [InlineData("ConnectionStrings:redis")]
    public async Task A_setting_that_is_missing_is_named_in_a_line(string setting)
    {
        var line = CommandLine.For(await pds.GetPlcUrlAsync(), LoopbackPort.Free(), "Host=localhost", (setting, ""));

        var result = await line.RunAsync("verify", "--all");

        Assert.Equal(1, result.Code);
        Assert.Equal($"{setting.Replace(":", "__", StringComparison.Ordinal)} is required.", result.Output.Trim());
    }

    [Fact]
    public async Task A_sound_server_is_proven_sound_and_each_damage_is_found_where_it_is()
    {
        var database = await PdsFixture.CreateDatabaseAsync();
        await using var server = await pds.StartServerAsync(database: database);
        var line = CommandLine.For(server, database);
        using var alice = await TestAccount.CreateAsync(server);
        using var bob = await TestAccount.CreateAsync(server);
        using var empty = await TestAccount.CreateAsync(server);
        var blob = await UploadAsync(alice, "kept");
        await UploadAsync(alice, "waiting");
        await FillAsync(alice, blob);
        await FillAsync(bob, await UploadAsync(bob, "of bob"));

        var sound = await line.JsonAsync("verify", "--all", "--identities");
        Assert.Equal((3, 2 * 62, 3), (sound.GetProperty("repositories").GetInt32(), sound.GetProperty("records").GetInt32(), sound.GetProperty("blobs").GetInt32()));
        Assert.Empty(sound.GetProperty("findings").EnumerateArray());
        Assert.Contains("all consistent", (await line.RunAsync("verify", alice.Did.Value, empty.Did.Value)).Ok().Output, StringComparison.Ordinal);

        // What follows from the records can be mended.
        await DamageAsync(server, alice, "DELETE FROM repo.node WHERE repo_id = $1 AND cid IN (SELECT cid FROM repo.node WHERE repo_id = $1 LIMIT 1)", "is missing");
        await DamageAsync(server, alice, "INSERT INTO repo.node SELECT $1, cid, rev, bytes FROM repo.node WHERE repo_id <> $1 ORDER BY length(bytes) LIMIT 1", "belongs to no tree");
        await DamageAsync(server, alice, "DELETE FROM repo.record_blob WHERE repo_id = $1", "which is not noted", "no record names blob");
        await DamageAsync(server, alice, "UPDATE repo.record_blob SET rkey = 'gone' WHERE repo_id = $1", "which is not there");
        await DamageAsync(server, alice, "UPDATE repo.record SET link = 7 WHERE repo_id = $1 AND rkey = '3jzfcijpj2z2a'", "points at is noted wrongly");
        await DamageAsync(server, alice, "UPDATE repo.blob SET temporary = true WHERE repo_id = $1", "is held for temporary");

        // The rest is told.
        await ExecuteAsync(server, "UPDATE repo.record SET value = value || 'x'::bytea WHERE rkey = 'k5' AND repo_id = $1", bob.Did);
        await ExecuteAsync(server, "DELETE FROM repo.record WHERE rkey = 'k6' AND collection = 'com.example.more.thing' AND repo_id = $1", bob.Did);
        await ExecuteAsync(server, "UPDATE repo.repo SET signing_key_id = (SELECT signing_key_id FROM repo.repo WHERE id <> $1 LIMIT 1) WHERE id = $1", empty.Did);
        var folder = Path.Combine(PdsServer.BlobFolder(server.Url.Port), bob.Did.Value.Replace(':', '_'));
        var file = Directory.EnumerateFiles(folder).Single();
        await File.WriteAllTextAsync(file, "of bOb", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "stray"), "?", TestContext.Current.CancellationToken);
        File.SetLastWriteTimeUtc(Path.Combine(folder, "stray"), DateTime.UnixEpoch);
        Directory.CreateDirectory(Path.Combine(folder, "..", "did_plc_nobody"));
        await File.WriteAllTextAsync(Path.Combine(folder, "..", "did_plc_nobody", "file"), "?", TestContext.Current.CancellationToken);

        var found = await FindAsync("verify", "--all", "--repair");

        Assert.Contains((bob.Did.Value, "com.example.more.thing/k6 is in the tree and has no row"), found);
        Assert.Contains(found, finding => finding.Account == bob.Did.Value && finding.Text.Contains("rebuild-repository", StringComparison.Ordinal));
        Assert.Contains(found, finding => finding.Account == bob.Did.Value && finding.Text.StartsWith("the bytes of com.example.more.thing/k5", StringComparison.Ordinal));
        Assert.Contains(found, finding => finding.Account == bob.Did.Value && finding.Text.Contains("has other bytes", StringComparison.Ordinal));
        Assert.Contains(found, finding => finding.Account == bob.Did.Value && finding.Text.Contains("/stray, 1 bytes", StringComparison.Ordinal));
        Assert.Contains(found, finding => finding.Account == empty.Did.Value && finding.Text.Contains("is not signed by its key", StringComparison.Ordinal));
        Assert.Contains(found, finding => finding.Account == "did_plc_nobody");
        Assert.DoesNotContain(found, finding => finding.Account == alice.Did.Value);

        File.Delete(file);
        Assert.Contains(await FindAsync("verify", bob.Did.Value), finding => finding.Text.EndsWith("has no file", StringComparison.Ordinal));
        Assert.DoesNotContain(await FindAsync("verify", bob.Did.Value, "--skip-files"), finding => finding.Text.EndsWith("has no file", StringComparison.Ordinal));
        (await line.RunAsync("verify")).Failed("--all");
        (await line.RunAsync("verify", "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa")).Failed("no such repository");

        async Task DamageAsync(PdsServer where, TestAccount account, string sql, params string[] words)
        {
            await ExecuteAsync(where, sql, account.Did);
            var problems = await FindAsync("verify", account.Did.Value);
            Assert.All(words, word => Assert.Contains(problems, problem => problem.Text.Contains(word, StringComparison.Ordinal)));
            var mended = await line.JsonAsync("verify", account.Did.Value, "--repair");
            Assert.All(mended.GetProperty("findings").EnumerateArray(), finding => Assert.Equal("mended", finding.GetProperty("kind").GetString()));
            (await line.RunAsync("verify", account.Did.Value)).Ok();
        }

        async Task<(string Account, string Text)[]> FindAsync(params string[] command)
        {
            var result = await line.RunAsync([.. command, "--json"]);
            Assert.Equal(1, result.Code);
            return [.. result.Json.GetProperty("findings").EnumerateArray()
                .Where(finding => finding.GetProperty("kind").GetString() == "problem")
                .Select(finding => (finding.GetProperty("account").GetString()!, finding.GetProperty("text").GetString()!))];
        }
    }

    private static async Task FillAsync(TestAccount account, Cid blob)
    {
        foreach (var collection in (string[])["com.example.thing", "com.example.more.thing"])
        {
            var writes = Enumerable.Range(0, 30).Select(i => new Dictionary<string, object>
            {
                ["$type"] = "com.atproto.repo.applyWrites#create", ["collection"] = collection, ["rkey"] = $"k{i}", ["value"] = new { n = i },
            });
            (await account.ProcedureAsync("com.atproto.repo.applyWrites", new { repo = account.Did, writes })).Ok();
        }

        (await account.CreateRecordAsync(
            new { subject = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", createdAt = "2026-01-01T00:00:00Z" }, "app.bsky.graph.follow", "3jzfcijpj2z2a")).Ok();
        (await account.CreateRecordAsync(
            new { file = new Dictionary<string, object> { ["$type"] = "blob", ["ref"] = new Dictionary<string, string> { ["$link"] = blob.ToString() }, ["mimeType"] = "text/plain", ["size"] = 6 } },
            "com.example.file", "one", validate: false)).Ok();
    }

    private static async Task<Cid> UploadAsync(TestAccount account, string text)
    {
        var reply = await account.ProcedureAsync("com.atproto.repo.uploadBlob", System.Text.Encoding.UTF8.GetBytes(text.PadRight(6)), "text/plain");
        return Cid.Parse(reply.Ok().Json.GetProperty("blob").GetProperty("ref").GetProperty("$link").GetString()!);
    }

    private static async Task ExecuteAsync(PdsServer server, string sql, Did did)
    {
        await using var command = server.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(
            sql.Replace("$1", "(SELECT id FROM repo.repo WHERE did = $1)", StringComparison.Ordinal));
        command.Parameters.AddWithValue(did.Value);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
