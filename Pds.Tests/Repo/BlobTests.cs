using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using AtProto;
using Microsoft.Extensions.Time.Testing;
using Pds.Tests.Support;

namespace Pds.Tests.Repo;

public sealed class BlobTests(PdsFixture pds)
{
    private static readonly byte[] Png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3, 4];

    [Fact]
    public async Task What_was_uploaded_is_served_so_that_no_browser_runs_it()
    {
        using var alice = await pds.CreateAccountAsync();
        var blob = await UploadAsync(alice, Png, "text/html");
        (await alice.CreateRecordAsync(WithImage(blob))).Ok();

        var reply = (await pds.Xrpc.QueryAsync("com.atproto.sync.getBlob", ("did", alice.Did), ("cid", CidOf(blob)))).Ok();
        var listed = (await pds.Xrpc.QueryAsync("com.atproto.sync.listBlobs", ("did", alice.Did))).Ok().Json;

        Assert.Equal(Png, reply.Body);
        Assert.Equal(("image/png", Png.Length), ((string)blob["mimeType"]!, (int)blob["size"]!));
        Assert.Equal("image/png", reply.Header("Content-Type"));
        Assert.Equal("nosniff", reply.Header("X-Content-Type-Options"));
        Assert.Equal("default-src 'none'; sandbox", reply.Header("Content-Security-Policy"));
        Assert.StartsWith("attachment", reply.Header("Content-Disposition"), StringComparison.Ordinal);
        Assert.Equal(CidOf(blob), Assert.Single(listed.GetProperty("cids").EnumerateArray()).GetString());
    }

    [Fact]
    public async Task A_part_of_a_blob_can_be_asked_for()
    {
        using var alice = await pds.CreateAccountAsync();
        var blob = await UploadAsync(alice, Png, "image/png");
        var request = new HttpRequestMessage(
            HttpMethod.Get, $"/xrpc/com.atproto.sync.getBlob?did={alice.Did}&cid={CidOf(blob)}");
        request.Headers.Range = new RangeHeaderValue(8, 9);

        var reply = await pds.Xrpc.SendAsync(request);

        Assert.Equal(206, reply.Status);
        Assert.Equal([1, 2], reply.Body);
    }

    [Theory]
    [InlineData("bytes=-3", 206, "bytes 9-11/12")]
    [InlineData("bytes=10-", 206, "bytes 10-11/12")]
    [InlineData("bytes=50-60", 416, "bytes */12")]
    public async Task Ranges_are_answered_as_HTTP_has_them(string range, int status, string contentRange)
    {
        using var alice = await pds.CreateAccountAsync();
        var blob = await UploadAsync(alice, Png, "image/png");
        var request = Get(alice, blob);
        request.Headers.Add("Range", range);

        var reply = await pds.Xrpc.SendAsync(request);

        Assert.Equal((status, contentRange), (reply.Status, reply.Header("Content-Range")));
        Assert.Equal("bytes", reply.Header("Accept-Ranges"));
    }

    [Fact]
    public async Task A_cache_may_keep_what_is_public_and_asks_again_by_its_tag()
    {
        using var alice = await pds.CreateAccountAsync();
        var blob = await UploadAsync(alice, Png, "image/png");

        var first = (await pds.Xrpc.SendAsync(Get(alice, blob))).Ok();
        var own = (await alice.SendAsync(Get(alice, blob))).Ok();
        var request = Get(alice, blob);
        request.Headers.Add("If-None-Match", first.Header("ETag"));
        var again = await pds.Xrpc.SendAsync(request);

        Assert.Equal("max-age=3600, public", string.Join(", ", first.Header("Cache-Control")!.Split(", ").Order()));
        Assert.Contains("no-store", own.Header("Cache-Control"), StringComparison.Ordinal);
        Assert.Equal((304, 0), (again.Status, again.Body.Length));
    }

    [Fact]
    public async Task Readers_are_sent_to_a_CDN_which_is_served_itself()
    {
        await using var server = await pds.StartServerAsync(
            new Dictionary<string, string> { ["PDS_BLOB_CDN_URL"] = "https://cdn.test/{did}/{cid}" });
        using var alice = await TestAccount.CreateAsync(server);
        var blob = await UploadAsync(alice, Png, "image/png");

        var reader = await server.Xrpc.SendAsync(Get(alice, blob));
        var cdn = await server.Xrpc.QueryAsync("com.atproto.sync.getBlob", ("did", alice.Did), ("cid", CidOf(blob)), ("direct", true));
        var owner = await alice.SendAsync(Get(alice, blob));

        Assert.Equal((302, $"https://cdn.test/{Uri.EscapeDataString(alice.Did.Value)}/{CidOf(blob)}"), (reader.Status, reader.Header("Location")));
        Assert.Equal(Png, cdn.Ok().Body);
        Assert.Equal(Png, owner.Ok().Body);
    }

    [Fact]
    public async Task Blobs_are_listed_by_the_revision_of_the_record_that_names_them()
    {
        using var alice = await pds.CreateAccountAsync();
        var old = await UploadAsync(alice, Png, "image/png");
        var young = await UploadAsync(alice, [.. Png, 5], "image/png");
        var since = (await alice.CreateRecordAsync(WithImage(old))).Ok().Json.GetProperty("commit").GetProperty("rev").GetString();
        (await alice.CreateRecordAsync(WithImage(young))).Ok();

        var listed = (await pds.Xrpc.QueryAsync("com.atproto.sync.listBlobs", ("did", alice.Did), ("since", since))).Ok().Json;

        Assert.Equal(CidOf(young), Assert.Single(listed.GetProperty("cids").EnumerateArray()).GetString());
    }

    [Fact]
    public async Task A_record_that_names_a_blob_nobody_uploaded_is_refused()
    {
        using var alice = await pds.CreateAccountAsync();
        var blob = new JsonObject
        {
            ["$type"] = "blob",
            ["ref"] = new JsonObject { ["$link"] = Cid.Compute(CidCodec.Raw, "never"u8).ToString() },
            ["mimeType"] = "image/png",
            ["size"] = 5,
        };

        var reply = await alice.CreateRecordAsync(WithImage(blob));

        Assert.Equal((400, "BlobNotFound"), (reply.Status, reply.Error));
    }

    [Theory]
    [InlineData("mimeType", "image/gif", "InvalidMimeType")]
    [InlineData("size", 7, "InvalidSize")]
    public async Task A_record_that_describes_a_blob_wrongly_is_refused(string field, object lie, string error)
    {
        using var alice = await pds.CreateAccountAsync();
        var blob = await UploadAsync(alice, Png, "image/png");
        blob[field] = JsonValue.Create(lie);

        var reply = await alice.CreateRecordAsync(WithImage(blob));

        Assert.Equal((400, error), (reply.Status, reply.Error));
    }

    [Fact]
    public async Task A_record_may_show_the_same_blob_twice()
    {
        using var alice = await pds.CreateAccountAsync();
        var blob = (await alice.ProcedureAsync("com.atproto.repo.uploadBlob", Png, "image/png")).Ok().Json.GetProperty("blob");

        (await alice.CreateRecordAsync(new { first = blob, second = blob }, "com.example.thing", "a")).Ok();
        (await alice.PutRecordAsync(new { third = new[] { blob, blob } }, "com.example.thing", "a")).Ok();

        var listed = (await pds.Xrpc.QueryAsync("com.atproto.sync.listBlobs", ("did", alice.Did))).Ok().Json;
        Assert.Equal(blob.GetProperty("ref").GetProperty("$link").GetString(), Assert.Single(listed.GetProperty("cids").EnumerateArray()).GetString());
    }

    [Fact]
    public async Task A_blob_over_the_limit_is_refused_and_leaves_no_file()
    {
        var folder = Directory.CreateTempSubdirectory("pds-blobs-").FullName;
        await using var server = await pds.StartServerAsync(new Dictionary<string, string>
        {
            ["PDS_BLOB_UPLOAD_LIMIT"] = "10", ["PDS_BLOBSTORE_DISK_LOCATION"] = folder,
        });
        using var alice = await TestAccount.CreateAsync(server);

        var reply = await alice.ProcedureAsync("com.atproto.repo.uploadBlob", Png, "image/png");

        Assert.Equal((413, "PayloadTooLarge"), (reply.Status, reply.Error));
        Assert.Empty(Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Files_go_when_no_record_names_them_any_more_or_ever_did()
    {
        var folder = Directory.CreateTempSubdirectory("pds-blobs-").FullName;
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var server = await pds.StartServerAsync(
            new Dictionary<string, string> { ["PDS_BLOBSTORE_DISK_LOCATION"] = folder }, time);
        using var alice = await TestAccount.CreateAsync(server);
        var used = await UploadAsync(alice, Png, "image/png");
        await UploadAsync(alice, [.. Png, 9], "image/png");
        (await alice.CreateRecordAsync(WithImage(used), rkey: "3jzfcijpj2z2a")).Ok();
        Assert.Equal(2, Count(folder));

        (await alice.DeleteRecordAsync("app.bsky.feed.post", "3jzfcijpj2z2a")).Ok();
        await WaitAsync(time, () => Count(folder) == 0);

        var gone = await server.Xrpc.QueryAsync("com.atproto.sync.getBlob", ("did", alice.Did), ("cid", CidOf(used)));
        Assert.Equal((400, "BlobNotFound"), (gone.Status, gone.Error));
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("text/plain; charset=utf-8", "text/plain")]
    [InlineData("Text/PLAIN", "text/plain")]
    [InlineData("*/*", "application/octet-stream")]
    [InlineData("nonsense", "application/octet-stream")]
    public async Task What_the_bytes_do_not_show_is_what_the_client_says(string declared, string stored)
    {
        using var alice = await pds.CreateAccountAsync();

        var blob = await UploadAsync(alice, "plain words"u8.ToArray(), declared);

        Assert.Equal(stored, (string)blob["mimeType"]!);
    }

    [Fact]
    public async Task Uploading_needs_an_account()
    {
        var reply = await pds.Xrpc.ProcedureAsync("com.atproto.repo.uploadBlob", Png, "image/png");

        Assert.Equal((401, "AuthMissing"), (reply.Status, reply.Error));
    }

    private static HttpRequestMessage Get(TestAccount account, JsonObject blob) =>
        new(HttpMethod.Get, $"/xrpc/com.atproto.sync.getBlob?did={account.Did}&cid={CidOf(blob)}");

    private static int Count(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Count();

    // The collector runs by the server's clock, which stands still unless it is moved.
    private static async Task WaitAsync(FakeTimeProvider time, Func<bool> condition)
    {
        for (var i = 0; i < 600 && !condition(); i++)
        {
            time.Advance(TimeSpan.FromHours(1));
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        Assert.True(condition());
    }

    private static JsonObject WithImage(JsonObject blob)
    {
        var post = Records.Post("with an image");
        post["embed"] = new JsonObject
        {
            ["$type"] = "app.bsky.embed.images",
            ["images"] = new JsonArray(new JsonObject { ["image"] = blob.DeepClone(), ["alt"] = "" }),
        };
        return post;
    }

    private static string CidOf(JsonObject blob) => (string)blob["ref"]!["$link"]!;

    private static async Task<JsonObject> UploadAsync(TestAccount account, byte[] bytes, string type)
    {
        var reply = await account.ProcedureAsync("com.atproto.repo.uploadBlob", bytes, type);
        return JsonNode.Parse(reply.Ok().Json.GetProperty("blob").GetRawText())!.AsObject();
    }
}
