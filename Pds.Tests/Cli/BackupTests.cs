using System.Security.Cryptography;
using AtProto;
using AtProto.Repo;
using AtProto.Stream;
using Pds.LocalServices;
using Pds.Tests.Repo.Stores;
using Pds.Tests.Support;

namespace Pds.Tests.Cli;

/// <summary>A server is saved while it runs, and another goes on where it was.</summary>
public sealed class BackupTests(PdsFixture pds) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pds-backup-");

    private string Target => Path.Combine(_folder.FullName, "target");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_restored_server_is_the_saved_one_and_its_stream_goes_on_after_what_consumers_have_seen()
    {
        var (database, other, port) = (await PdsFixture.CreateDatabaseAsync(), await PdsFixture.CreateDatabaseAsync(), LoopbackPort.Free());
        await using var server = await pds.StartServerAsync(database: database);
        var line = CommandLine.For(server, database);
        using var alice = await TestAccount.CreateAsync(server);
        using var bob = await TestAccount.CreateAsync(server);
        using var away = await TestAccount.CreateAsync(server);
        await FillAsync(alice, calls: 24);
        var (blob, bytes) = await NameBlobAsync(alice);
        (await away.ProcedureAsync("com.atproto.server.deactivateAccount", new { })).Ok();

        var first = await line.JsonAsync("backup", Target);
        await FillAsync(bob, calls: 1);
        var second = await line.JsonAsync("backup", Target);
        (await line.RunAsync("backup", "verify", Target, "--all")).Ok();
        var (ofAlice, ofBob) = (await ExportAsync(server.Xrpc, alice.Did), await ExportAsync(server.Xrpc, bob.Did));
        (await bob.CreateRecordAsync(Records.Post("lost"))).Ok();
        var lostRev = (await ExportAsync(server.Xrpc, bob.Did)).Rev;

        Assert.Equal((1, 0), (first.GetProperty("newBlobs").GetInt32(), second.GetProperty("newBlobs").GetInt32()));
        Assert.True(
            second.GetProperty("newChunkBytes").GetInt64() * 2 < first.GetProperty("newChunkBytes").GetInt64(), $"{first}, then {second}");

        const long Seen = 4_000_000;
        var restoring = CommandLine.For(server.PlcUrl, port, other);
        var restored = await restoring.JsonAsync("restore", Target, "--last-seq", $"{Seen}");
        (await restoring.RunAsync("verify", "--all")).Ok();
        (await restoring.RunAsync("restore", Target)).Failed("There are accounts in the database");
        await using var next = await PdsServer.StartAsync(other, TestServices.Shared.Redis, server.PlcUrl, port: port);
        using var stream = await StreamClient.ConnectAsync(next.Url, Seen);

        Assert.Equal(3, restored.GetProperty("announced").GetInt32());
        var sync = Assert.IsType<SyncMessage>((await stream.ReadAsync(bob.Did, 2))[1]);
        Assert.True(sync.Seq > Seen);
        Assert.True(sync.Rev > lostRev, "A consumer that has seen the lost record would not take the news.");
        foreach (var (saved, did) in new[] { (ofAlice, alice.Did), (ofBob, bob.Did) })
        {
            var now = await ExportAsync(next.Xrpc, did);
            Assert.Equal(saved.Data, now.Data);
            Assert.Equal(saved.Blocks, now.Blocks);
        }

        Assert.Equal(bytes, (await next.Xrpc.QueryAsync("com.atproto.sync.getBlob", ("did", alice.Did), ("cid", blob))).Ok().Body);
        Assert.Equal("deactivated", (await next.Xrpc.QueryAsync("com.atproto.sync.getRepoStatus", ("did", away.Did))).Ok().Json.GetProperty("status").GetString());
        var session = new XrpcClient(next.Xrpc.Http) { Token = bob.RefreshToken };
        session.Token = (await session.ProcedureAsync("com.atproto.server.refreshSession")).Ok().Json.GetProperty("accessJwt").GetString();
        (await session.ProcedureAsync(
            "com.atproto.repo.createRecord", new { repo = bob.Did, collection = "app.bsky.feed.post", record = Records.Post("after") })).Ok();
        Assert.Equal(sync.Rev, Assert.IsType<CommitMessage>((await stream.ReadAsync(bob.Did, 1))[0]).Since);
    }

    [Fact]
    public async Task What_was_cut_off_is_gone_on_with_and_what_is_broken_is_found_and_sent_again()
    {
        var (database, other, port) = (await PdsFixture.CreateDatabaseAsync(), await PdsFixture.CreateDatabaseAsync(), LoopbackPort.Free());
        await using var server = await pds.StartServerAsync(database: database);
        var line = CommandLine.For(server, database);
        using var alice = await TestAccount.CreateAsync(server);
        await FillAsync(alice, calls: 2);
        await NameBlobAsync(alice);
        (await line.RunAsync("backup", Target)).Ok();

        // As a run leaves it that ends between two files.
        File.Delete(Assert.Single(Files("backups")));
        var unsent = Files("chunks").Take(3).ToArray();
        Array.ForEach(unsent, File.Delete);
        await File.WriteAllTextAsync(Path.Combine(Target, "tmp", "draft"), "half", TestContext.Current.CancellationToken);
        (await line.RunAsync("backup", "list", Target)).Ok();
        (await line.RunAsync("restore", Target)).Failed("There is no backup");
        var resumed = await line.JsonAsync("backup", Target);
        Assert.InRange(resumed.GetProperty("newChunks").GetInt32(), unsent.Length, unsent.Length + 4);
        Assert.All(unsent, file => Assert.True(File.Exists(file)));
        (await line.RunAsync("backup", "verify", Target)).Ok();

        var (chunk, blob) = (Files("chunks").OrderByDescending(file => new FileInfo(file).Length).First(), Assert.Single(Files("blobs")));
        await FlipAsync(chunk);
        await FlipAsync(blob);
        (await line.RunAsync("backup", "verify", Target)).Failed(Path.GetFileName(chunk));
        var restoring = CommandLine.For(server.PlcUrl, port, other);
        (await restoring.RunAsync("restore", Target)).Failed("");
        (await line.RunAsync("backup", "verify", Target, "--discard-broken")).Failed(Path.GetFileName(chunk));
        (await line.RunAsync("backup", Target)).Ok();
        (await line.RunAsync("backup", "verify", Target, "--discard-broken")).Failed("the blob");
        (await line.RunAsync("backup", Target, "--keep", "1")).Ok();
        (await line.RunAsync("backup", "verify", Target, "--all")).Ok();
        Assert.Single(Files("backups"));

        // What had begun goes on.
        (await restoring.RunAsync("restore", Target)).Ok();
        (await restoring.RunAsync("verify", "--all")).Ok();
        Directory.Delete(PdsServer.BlobFolder(port), recursive: true);
    }

    [Fact]
    public async Task Settings_are_in_a_backup_only_when_asked_for_and_only_for_who_knows_the_passphrase()
    {
        var database = await PdsFixture.CreateDatabaseAsync();
        await using var server = await pds.StartServerAsync(database: database);
        var line = CommandLine.For(server, database);
        var (passphrase, wrong, file) = (Path.Combine(_folder.FullName, "p"), Path.Combine(_folder.FullName, "w"), Path.Combine(_folder.FullName, "pds.env"));
        await File.WriteAllTextAsync(passphrase, "a passphrase for tests\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(wrong, "another passphrase\n", TestContext.Current.CancellationToken);

        var plain = (await line.RunAsync("backup", Target)).Ok();
        (await line.RunAsync("restore", Target, "--secrets-to", file, "--passphrase-file", passphrase)).Failed("--include-secrets");
        (await line.RunAsync("backup", Target, "--include-secrets")).Failed("--passphrase-file");
        (await line.RunAsync("backup", Target, "--include-secrets", "--passphrase-file", passphrase)).Ok();
        (await line.RunAsync("restore", Target, "--secrets-to", file, "--passphrase-file", wrong)).Failed("passphrase is another");
        (await line.RunAsync("restore", Target, "--secrets-to", file, "--passphrase-file", passphrase)).Ok();

        Assert.Contains("PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX", plain.Output, StringComparison.Ordinal);
        Assert.Contains($"PDS_ADMIN_PASSWORD={PdsServer.AdminPassword}", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        foreach (var saved in Directory.EnumerateFiles(Target, "*.json", SearchOption.AllDirectories))
        {
            Assert.DoesNotContain(PdsServer.AdminPassword, await File.ReadAllTextAsync(saved, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        var stranger = CommandLine.For(server, await PdsFixture.CreateDatabaseAsync(), ("PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX", new string('6', 64)));
        (await stranger.RunAsync("restore", Target)).Failed("was made under another PDS_PLC_ROTATION_KEY");
    }

    [Fact]
    public async Task Database_and_blobs_are_saved_to_and_brought_back_from_stores_that_speak_S3()
    {
        await using var store = await StoreServer.StartAsync("s3");
        var (database, other, port) = (await PdsFixture.CreateDatabaseAsync(), await PdsFixture.CreateDatabaseAsync(), LoopbackPort.Free());
        var own = store.Settings;
        var settings = own.Select(setting => (setting.Key, setting.Value)).Concat(
        [
            ("PDS_BLOBSTORE_DISK_LOCATION", ""), ("AWS_ACCESS_KEY_ID", own["PDS_BLOBSTORE_S3_ACCESS_KEY_ID"]),
            ("AWS_SECRET_ACCESS_KEY", own["PDS_BLOBSTORE_S3_SECRET_ACCESS_KEY"]),
        ]).ToArray();
        own["PDS_BLOBSTORE_DISK_LOCATION"] = "";
        await using var server = await pds.StartServerAsync(own, database: database);
        using var alice = await TestAccount.CreateAsync(server);
        var (blob, _) = await NameBlobAsync(alice);
        var line = CommandLine.For(server, database, settings);
        string[] target = ["s3://blobs/saved", "--s3-endpoint", own["PDS_BLOBSTORE_S3_ENDPOINT"]];

        (await line.RunAsync(["backup", .. target])).Ok();
        Assert.Equal(0, (await line.JsonAsync(["backup", .. target])).GetProperty("newBlobs").GetInt32());
        (await line.RunAsync(["backup", "verify", .. target])).Ok();
        (await line.RunAsync("verify", "--all")).Ok();
        await store.DeleteAsync((await store.ListAsync()).Single(key => key.Contains(blob.ToString(), StringComparison.Ordinal)));
        (await line.RunAsync("verify", "--all")).Failed("has no file");
        var restoring = CommandLine.For(server.PlcUrl, port, other, settings);
        (await restoring.RunAsync(["restore", .. target])).Ok();
        (await restoring.RunAsync("verify", "--all")).Ok();
        (await line.RunAsync(["backup", .. target, "--keep", "1"])).Ok();
        (await line.RunAsync(["backup", "verify", .. target, "--all"])).Ok();
    }

    private static async Task FillAsync(TestAccount account, int calls)
    {
        for (var call = 0; call < calls; call++)
        {
            var writes = Enumerable.Range(0, 200).Select(_ => new Dictionary<string, object>
            {
                ["$type"] = "com.atproto.repo.applyWrites#create", ["collection"] = "com.example.thing",
                ["value"] = new { text = RandomNumberGenerator.GetHexString(600) },
            });
            (await account.ProcedureAsync("com.atproto.repo.applyWrites", new { repo = account.Did, writes })).Ok();
        }
    }

    private static async Task<(Cid Cid, byte[] Bytes)> NameBlobAsync(TestAccount account)
    {
        var bytes = RandomNumberGenerator.GetBytes(5000);
        var blob = (await account.ProcedureAsync("com.atproto.repo.uploadBlob", bytes, "application/x-test")).Ok().Json.GetProperty("blob");
        (await account.CreateRecordAsync(new { file = blob }, "com.example.file", validate: false)).Ok();
        return (Cid.Parse(blob.GetProperty("ref").GetProperty("$link").GetString()!), bytes);
    }

    private static async Task<(Tid Rev, Cid Data, HashSet<Cid> Blocks)> ExportAsync(XrpcClient server, Did did)
    {
        var car = CarReader.ReadAll((await server.QueryAsync("com.atproto.sync.getRepo", ("did", did))).Ok().Body);
        var root = Assert.Single(car.Roots);
        Assert.True(SignedCommit.TryDecode(car.Blocks[root], out var commit));
        return (commit.Rev, commit.Data, car.Blocks.Keys.Where(cid => cid != root).ToHashSet());
    }

    private static async Task FlipAsync(string file)
    {
        var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
    }

    private string[] Files(string folder) => Directory.GetFiles(Path.Combine(Target, folder), "*", SearchOption.AllDirectories);
}
