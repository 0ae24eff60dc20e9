using System.Diagnostics;
using System.Security.Cryptography;
using Npgsql;
using Pds.LocalServices;
using Pds.Tests.Repo;
using Pds.Tests.Support;

namespace Pds.Tests.Replicas;

/// <summary>The disk of the database and of the blobs is full: writes are refused as such, reads go on, and nothing is half written.</summary>
public sealed class DiskFullTests(PdsFixture pds, ChaosTable table) : IClassFixture<ChaosTable>
{
    private const int DiskMegabytes = 48;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Writes_are_refused_while_the_disk_is_full_and_go_on_when_there_is_room_again()
    {
        Assert.SkipUnless(SmallDisk.CanBeMade, "Only root on Linux can make a small disk.");
        var folder = Path.Combine(Path.GetTempPath(), $"pds-full-{Guid.NewGuid():N}");
        await using var postgres = await PostgresServer.StartAsync(folder, ["fsync=off"], Cancellation);
        using var disk = SmallDisk.Make(DiskMegabytes, Directory.GetDirectories(folder, "pg*").Single());
        var database = await CreateDatabaseOnAsync(disk, postgres, folder);
        await using (var server = await PdsServer.StartAsync(
            database, TestServices.Shared.Redis, await pds.GetPlcUrlAsync(),
            new Dictionary<string, string> { ["PDS_BLOBSTORE_DISK_LOCATION"] = Path.Combine(disk.Folder, "blobs") }))
        {
            using var alice = await TestAccount.CreateAsync(server);
            await FillAndFreeAsync(disk, alice, database);
        }

        NpgsqlConnection.ClearAllPools();
        await postgres.StopAsync();
        Directory.Delete(folder, recursive: true);
    }

    private async Task FillAndFreeAsync(SmallDisk disk, TestAccount alice, string database)
    {
        var kept = 0;
        await WriteAsync(alice, kept++);
        (await UploadAsync(alice)).Ok();

        disk.Fill();
        var full = Stopwatch.GetTimestamp();
        XrpcReply refused;
        while ((refused = await WriteAsync(alice, kept)).Status == 200)
        {
            kept++;
        }

        var upload = await UploadAsync(alice);
        var read = await alice.QueryAsync(
            "com.atproto.repo.getRecord", ("repo", alice.Did), ("collection", "com.example.big"), ("rkey", "n0"));
        table.Add("Disk full", $"{kept} writes found room, then refused after {ChaosTable.Since(full)}: {refused.Message}");
        disk.Free();
        var free = Stopwatch.GetTimestamp();
        await Eventually.TrueAsync(async () => (await WriteAsync(alice, kept)).Status == 200);
        table.Add("Room again", $"writing again after {ChaosTable.Since(free)}");

        Assert.Equal((503, "NotEnoughResources", "The database has no space left; nothing was written"), (refused.Status, refused.Error, refused.Message));
        Assert.Equal((503, "NotEnoughResources", "The server has no space left for files; nothing was kept"), (upload.Status, upload.Error, upload.Message));
        Assert.Equal(200, read.Status);
        (await UploadAsync(alice)).Ok();
        await using var source = NpgsqlDataSource.Create(database);
        Assert.Equal(kept + 1, (await RepoAudit.RunAsync(source)).RecordsOf(alice.Did).Count);
    }

    private static async Task<string> CreateDatabaseOnAsync(SmallDisk disk, PostgresServer postgres, string folder)
    {
        var place = disk.MakeFolder("tables", Directory.GetDirectories(folder, "pg*").Single());
        await using var source = NpgsqlDataSource.Create($"{postgres.ConnectionString("postgres")};Pooling=false");
        await using (var make = source.CreateCommand($"CREATE TABLESPACE small LOCATION '{place}'"))
        {
            await make.ExecuteNonQueryAsync(Cancellation);
        }

        await using (var create = source.CreateCommand("CREATE DATABASE small TABLESPACE small"))
        {
            await create.ExecuteNonQueryAsync(Cancellation);
        }

        return postgres.ConnectionString("small");
    }

    // Large, so that it finds no room in what is there.
    private static Task<XrpcReply> WriteAsync(TestAccount alice, int number) => alice.CreateRecordAsync(
        new { text = RandomNumberGenerator.GetHexString(100_000) }, "com.example.big", $"n{number}");

    private static Task<XrpcReply> UploadAsync(TestAccount alice) =>
        alice.ProcedureAsync("com.atproto.repo.uploadBlob", RandomNumberGenerator.GetBytes(300_000), "application/octet-stream");
}
