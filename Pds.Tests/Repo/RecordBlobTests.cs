using System.Security.Cryptography;
using AtProto;
using Npgsql;
using Pds.Modules.Repo.Commits;
using Pds.Tests.Support;
using Pds.Xrpc;

namespace Pds.Tests.Repo;

public sealed class RecordBlobTests(TestServices services)
{
    private const string Collection = "com.example.note";

    [Fact]
    public async Task Naming_a_blob_makes_it_permanent()
    {
        await using var host = await RepoHost.StartAsync(services, await RepoHost.CreateDatabaseAsync(services));
        var did = await host.CreateAccountAsync();
        var cid = await UploadAsync(host);

        await PutAsync(host, did, "a", cid);

        Assert.Equal(0, await host.CountAsync("SELECT count(*) FROM repo.blob WHERE temporary"));
        Assert.Equal(1, await host.CountAsync("SELECT count(*) FROM repo.record_blob WHERE rkey = 'a'"));
    }

    [Theory]
    [InlineData("image/png", 8, "InvalidSize")]
    [InlineData("image/jpeg", 7, "InvalidMimeType")]
    public async Task A_blob_that_is_called_what_it_is_not_is_refused(string mimeType, int size, string error)
    {
        await using var host = await RepoHost.StartAsync(services, await RepoHost.CreateDatabaseAsync(services));
        var did = await host.CreateAccountAsync();
        var cid = await UploadAsync(host);

        var refusal = await Assert.ThrowsAsync<XrpcException>(() => PutAsync(host, did, "a", cid, mimeType, size));

        Assert.Equal((400, error), (refusal.Status, refusal.Error));
    }

    [Fact]
    public async Task A_blob_that_is_not_here_or_taken_down_is_refused()
    {
        await using var host = await RepoHost.StartAsync(services, await RepoHost.CreateDatabaseAsync(services));
        var did = await host.CreateAccountAsync();
        var cid = await UploadAsync(host, "takedown");
        var unknown = Cid.Compute(CidCodec.Raw, "unknown"u8);

        foreach (var blob in new[] { cid, unknown })
        {
            var refusal = await Assert.ThrowsAsync<XrpcException>(() => PutAsync(host, did, "a", blob));
            Assert.Equal((400, "BlobNotFound", $"Could not find blob: {blob}"), (refusal.Status, refusal.Error, refusal.Message));
        }
    }

    [Fact]
    public async Task A_blob_goes_with_the_last_record_that_names_it()
    {
        await using var host = await RepoHost.StartAsync(services, await RepoHost.CreateDatabaseAsync(services));
        var did = await host.CreateAccountAsync();
        var (shared, replaced, kept) = (await UploadAsync(host), await UploadAsync(host), await UploadAsync(host));
        await PutAsync(host, did, "a", shared);
        await PutAsync(host, did, "b", shared);
        await PutAsync(host, did, "c", replaced);
        await PutAsync(host, did, "d", kept);

        await DeleteAsync(host, did, "a");
        Assert.Equal(0, await host.CountAsync("SELECT count(*) FROM repo.blob_deletion"));

        await DeleteAsync(host, did, "b");
        await PutAsync(host, did, "c", kept);
        await PutAsync(host, did, "d", kept, text: "another");

        Assert.Equal(
            new[] { $"key/{replaced}", $"key/{shared}" }.Order(StringComparer.Ordinal),
            (await host.ListAsync("SELECT storage_key FROM repo.blob_deletion")).Order(StringComparer.Ordinal));
        Assert.Equal(1, await host.CountAsync("SELECT count(*) FROM repo.blob"));
        Assert.Equal(2, await host.CountAsync("SELECT count(*) FROM repo.record_blob"));
    }

    [Fact]
    public async Task A_blob_that_goes_while_its_record_is_being_written_is_never_named()
    {
        await using var host = await RepoHost.StartAsync(services, await RepoHost.CreateDatabaseAsync(services));
        var did = await host.CreateAccountAsync();
        await host.ApplyAsync(did, host.Prepare(WriteAction.Create, Collection, "first"));

        for (var i = 0; i < 20; i++)
        {
            var cid = await UploadAsync(host);
            var write = PutAsync(host, did, $"k{i}", cid);
            await host.ExecuteAsync("DELETE FROM repo.blob WHERE temporary");
            try
            {
                await write;
            }
            catch (XrpcException refusal) when (refusal.Error == "BlobNotFound")
            {
            }
        }

        await RepoAudit.RunAsync(host.Database);
    }

    private static async Task<Cid> UploadAsync(RepoHost host, string? takedown = null)
    {
        var cid = Cid.Compute(CidCodec.Raw, RandomNumberGenerator.GetBytes(7));
        await using var command = host.Database.CreateCommand(
            """
            INSERT INTO repo.blob (repo_id, cid, mime_type, size, storage_key, temporary, takedown, created_at)
            SELECT id, $1, 'image/png', 7, $2, true, $3, now() FROM repo.repo
            """);
        command.Parameters.AddWithValue(cid.ToBytes());
        command.Parameters.AddWithValue($"key/{cid}");
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = takedown });
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return cid;
    }

    private static Task<CommitResult?> PutAsync(
        RepoHost host, Did did, string rkey, Cid cid, string mimeType = "image/png", int size = 7, string text = "x") =>
        host.ApplyAsync(did, host.Prepare(
            WriteAction.Put,
            Collection,
            rkey,
            $$$"""{"text":"{{{text}}}","image":{"$type":"blob","ref":{"$link":"{{{cid}}}"},"mimeType":"{{{mimeType}}}","size":{{{size}}}}}"""));

    private static Task<CommitResult?> DeleteAsync(RepoHost host, Did did, string rkey) => host.ApplyAsync(
        did, PreparedWrite.Delete(Nsid.Parse(Collection), RecordKey.Parse(rkey), WriteAction.Delete));
}
