using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Pds.Tests.Support;

namespace Pds.Tests.Repo.Stores;

/// <summary>Blobs kept outside: what holds of a disk holds of every store.</summary>
public sealed class BlobStoreTests(PdsFixture pds)
{
    private const int Size = 9_000_000;

    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());

    [Theory]
    [InlineData("s3")]
    [InlineData("azure")]
    public async Task A_blob_is_kept_served_in_parts_and_collected(string kind)
    {
        await using var store = await StoreServer.StartAsync(kind);
        await using var server = await StartAsync(store);
        using var alice = await TestAccount.CreateAsync(server);
        var bytes = RandomNumberGenerator.GetBytes(Size);
        var blob = await UploadAsync(alice, bytes);
        (await alice.CreateRecordAsync(Naming(blob), "com.example.film", "one")).Ok();

        var whole = (await server.Xrpc.SendAsync(Get(alice, blob))).Ok();
        var request = Get(alice, blob);
        request.Headers.Range = new RangeHeaderValue(Size / 2, (Size / 2) + 9);
        var part = await server.Xrpc.SendAsync(request);
        await UploadAsync(alice, bytes);
        var kept = await store.ListAsync();

        Assert.Equal(bytes, whole.Body);
        Assert.Equal("video/mp4", whole.Header("Content-Type"));
        Assert.Equal(206, part.Status);
        Assert.Equal(bytes[(Size / 2)..((Size / 2) + 10)], part.Body);
        Assert.Single(kept);

        (await alice.DeleteRecordAsync("com.example.film", "one")).Ok();
        await Eventually.TrueAsync(async () =>
        {
            _time.Advance(TimeSpan.FromMinutes(2));
            return (await store.ListAsync()).Count == 0;
        });
    }

    [Theory]
    [InlineData("s3")]
    [InlineData("azure")]
    public async Task A_blob_that_the_store_has_lost_is_not_found(string kind)
    {
        await using var store = await StoreServer.StartAsync(kind);
        await using var server = await StartAsync(store);
        using var alice = await TestAccount.CreateAsync(server);
        var blob = await UploadAsync(alice, [1, 2, 3]);
        await store.DeleteAsync(Assert.Single(await store.ListAsync()));

        var reply = await server.Xrpc.SendAsync(Get(alice, blob));

        Assert.Equal((400, "BlobNotFound"), (reply.Status, reply.Error));
        Assert.Null(reply.Header("ETag"));
        Assert.Null(reply.Header("Content-Disposition"));
        Assert.DoesNotContain("public", reply.Header("Cache-Control") ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_does_not_answer_in_time_is_told()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var server = await pds.StartServerAsync(new Dictionary<string, string>
        {
            ["PDS_BLOBSTORE_DISK_LOCATION"] = "",
            ["PDS_BLOBSTORE_S3_BUCKET"] = "blobs",
            ["PDS_BLOBSTORE_S3_ENDPOINT"] = $"http://{silent.LocalEndpoint}",
            ["PDS_BLOBSTORE_S3_FORCE_PATH_STYLE"] = "true",
            ["PDS_BLOBSTORE_S3_ACCESS_KEY_ID"] = "key",
            ["PDS_BLOBSTORE_S3_SECRET_ACCESS_KEY"] = "secret",
            ["PDS_BLOBSTORE_S3_UPLOAD_TIMEOUT_MS"] = "200",
        });
        using var alice = await TestAccount.CreateAsync(server);

        var reply = await alice.ProcedureAsync("com.atproto.repo.uploadBlob", new byte[] { 1, 2, 3 }, "video/mp4");

        Assert.Equal((504, "UpstreamTimeout", "Operation timed out, please try again."), (reply.Status, reply.Error, reply.Message));
    }

    private Task<PdsServer> StartAsync(StoreServer store) =>
        pds.StartServerAsync(new Dictionary<string, string>(store.Settings) { ["PDS_BLOB_UPLOAD_LIMIT"] = "20000000" }, _time);

    private static async Task<JsonNode> UploadAsync(TestAccount account, byte[] bytes)
    {
        var reply = await account.ProcedureAsync("com.atproto.repo.uploadBlob", bytes, "video/mp4");
        return JsonNode.Parse(reply.Ok().Json.GetProperty("blob").GetRawText())!;
    }

    private static JsonObject Naming(JsonNode blob) => new() { ["film"] = blob.DeepClone() };

    private static HttpRequestMessage Get(TestAccount account, JsonNode blob) =>
        new(HttpMethod.Get, $"/xrpc/com.atproto.sync.getBlob?did={account.Did}&cid={blob["ref"]!["$link"]}");
}
