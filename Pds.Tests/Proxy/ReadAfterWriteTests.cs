using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pds.Tests.Support;

namespace Pds.Tests.Proxy;

/// <summary>What an account has just written is in what it reads, before the AppView has seen it.</summary>
public sealed class ReadAfterWriteTests(PdsFixture pds) : IAsyncLifetime
{
    private FakeService _appView = null!;
    private PdsServer _server = null!;
    private TestAccount _alice = null!;
    private string _seen = "";

    public async ValueTask InitializeAsync()
    {
        _appView = await FakeService.StartAsync();
        var settings = _appView.AsAppView();
        settings["PDS_BSKY_APP_VIEW_CDN_URL_PATTERN"] = "https://cdn.test/img/%s/%s/%s@jpeg";
        _server = await pds.StartServerAsync(settings);
        _alice = await TestAccount.CreateAsync(_server);
        (await _alice.CreateRecordAsync(Records.Post("long ago"))).Ok();
        _seen = await RevAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _alice.Dispose();
        await _server.DisposeAsync();
        await _appView.DisposeAsync();
    }

    [Fact]
    public async Task A_new_post_is_in_the_timeline_by_its_time()
    {
        Teach("app.bsky.feed.getTimeline", new { cursor = "c", feed = new[] { Item("at://b/x/new", "2999-01-01T00:00:00.000Z"), Item("at://b/x/old", "2020-01-01T00:00:00.000Z") } });
        var uri = await PostAsync(Records.Post("just now"));

        var reply = (await _alice.QueryAsync("app.bsky.feed.getTimeline", ("limit", 2))).Ok();

        Assert.Equal(["at://b/x/new", uri, "at://b/x/old"], Uris(reply));
        Assert.Equal("c", reply.Json.GetProperty("cursor").GetString());
        var post = reply.Json.GetProperty("feed")[1].GetProperty("post");
        Assert.Equal("just now", post.GetProperty("record").GetProperty("text").GetString());
        Assert.Equal(_alice.Handle.Value, post.GetProperty("author").GetProperty("handle").GetString());
        Assert.Equal(0, post.GetProperty("likeCount").GetInt32());
        Assert.InRange(long.Parse(reply.Header("Atproto-Upstream-Lag")!, CultureInfo.InvariantCulture), 0, 60_000);
        Assert.Equal(_seen, reply.Header("Atproto-Repo-Rev"));
    }

    [Fact]
    public async Task Nothing_is_changed_once_the_AppView_has_seen_all_or_does_not_say_what_it_has_seen()
    {
        await PostAsync(Records.Post("just now"));
        _appView.Answer("app.bsky.feed.getTimeline", new { feed = Array.Empty<int>() }, 200, ("Atproto-Repo-Rev", await RevAsync()));
        _appView.Answer("app.bsky.feed.getAuthorFeed", new { feed = Array.Empty<int>() });

        var seen = (await _alice.QueryAsync("app.bsky.feed.getTimeline")).Ok();
        var silent = (await _alice.QueryAsync("app.bsky.feed.getAuthorFeed", ("actor", _alice.Did))).Ok();

        Assert.Equal("{\"feed\":[]}", seen.Json.GetRawText());
        Assert.Null(seen.Header("Atproto-Upstream-Lag"));
        Assert.Equal("{\"feed\":[]}", silent.Json.GetRawText());
    }

    [Fact]
    public async Task A_repository_that_is_all_new_to_the_AppView_has_only_just_come_here()
    {
        _appView.Answer("app.bsky.feed.getTimeline", new { feed = Array.Empty<int>() }, 200, ("Atproto-Repo-Rev", "2222222222222"));

        var reply = (await _alice.QueryAsync("app.bsky.feed.getTimeline")).Ok();

        Assert.Empty(Uris(reply));
    }

    [Fact]
    public async Task A_later_page_does_not_repeat_the_new_posts()
    {
        Teach("app.bsky.feed.getTimeline", new { feed = new[] { Item("at://b/x/old", "2020-01-01T00:00:00.000Z") } });
        await PostAsync(Records.Post("just now"));

        var reply = (await _alice.QueryAsync("app.bsky.feed.getTimeline", ("cursor", "c"))).Ok();

        Assert.Equal(["at://b/x/old"], Uris(reply));
    }

    [Fact]
    public async Task An_answer_that_makes_no_sense_is_passed_on_as_it_came()
    {
        await PostAsync(Records.Post("just now"));
        Teach("app.bsky.feed.getTimeline", new { feed = "none today" });
        _appView.Answer("app.bsky.feed.getAuthorFeed", (context, _) =>
        {
            context.Response.Headers["Atproto-Repo-Rev"] = _seen;
            context.Response.ContentType = "text/plain";
            return context.Response.WriteAsync("tea");
        });

        var odd = (await _alice.QueryAsync("app.bsky.feed.getTimeline")).Ok();
        var text = (await _alice.QueryAsync("app.bsky.feed.getAuthorFeed", ("actor", _alice.Did))).Ok();

        Assert.Equal("{\"feed\":\"none today\"}", odd.Json.GetRawText());
        Assert.Equal(("tea", "text/plain"), (System.Text.Encoding.UTF8.GetString(text.Body), text.Header("Content-Type")));
    }

    [Fact]
    public async Task Ones_own_author_feed_has_the_new_posts_and_the_feeds_of_others_do_not()
    {
        Teach("app.bsky.feed.getAuthorFeed", new { feed = Array.Empty<int>() });
        var uri = await PostAsync(Records.Post("just now"));
        var reply = Records.Post("I agree");
        reply["reply"] = Reply(uri, uri);
        var answer = await PostAsync(reply);

        Assert.Equal([answer, uri], Uris((await AuthorFeedAsync(_alice.Did.Value)).Ok()));
        Assert.Equal([answer, uri], Uris((await AuthorFeedAsync(_alice.Handle.Value)).Ok()));
        Assert.Equal([uri], Uris((await AuthorFeedAsync(_alice.Did.Value, "posts_no_replies")).Ok()));
        Assert.Empty(Uris((await AuthorFeedAsync("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa")).Ok()));
    }

    [Fact]
    public async Task Ones_own_profile_is_as_it_was_just_set()
    {
        await SetProfileAsync();
        object own = new { did = _alice.Did, handle = _alice.Handle, displayName = "Old", banner = "https://old.test/", followersCount = 7 };
        var other = new { did = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", displayName = "Bob" };
        Teach("app.bsky.actor.getProfile", own);
        Teach("app.bsky.actor.getProfiles", new { profiles = new[] { other, own } });
        Teach("app.bsky.feed.getActorLikes", new { feed = new[] { new { post = new { uri = "at://a/b/c", author = own } } } });

        var profile = (await _alice.QueryAsync("app.bsky.actor.getProfile", ("actor", _alice.Did))).Ok().Json;
        var profiles = (await _alice.QueryAsync("app.bsky.actor.getProfiles", ("actors", "a"), ("actors", "b"))).Ok().Json.GetProperty("profiles");
        var liked = (await _alice.QueryAsync("app.bsky.feed.getActorLikes", ("actor", "a"))).Ok().Json;

        Assert.Equal(("Alice", "About me", 7), (profile.GetProperty("displayName").GetString(), profile.GetProperty("description").GetString(), profile.GetProperty("followersCount").GetInt32()));
        Assert.False(profile.TryGetProperty("banner", out _));
        Assert.Equal(["Bob", "Alice"], profiles.EnumerateArray().Select(item => item.GetProperty("displayName").GetString()));
        Assert.Equal("Alice", liked.GetProperty("feed")[0].GetProperty("post").GetProperty("author").GetProperty("displayName").GetString());
    }

    [Fact]
    public async Task A_reply_is_in_its_thread()
    {
        var root = "at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/app.bsky.feed.post/root";
        var middle = "at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/app.bsky.feed.post/middle";
        var thread = Thread(root, Thread(middle));
        Teach("app.bsky.feed.getPostThread", new JsonObject { ["thread"] = thread });
        var record = Records.Post("indeed");
        record["reply"] = Reply(root, middle);
        var uri = await PostAsync(record);

        var reply = (await _alice.QueryAsync("app.bsky.feed.getPostThread", ("uri", root))).Ok().Json;

        var added = reply.GetProperty("thread").GetProperty("replies")[0].GetProperty("replies")[0];
        Assert.Equal(uri, added.GetProperty("post").GetProperty("uri").GetString());
        Assert.Equal("app.bsky.feed.defs#threadViewPost", added.GetProperty("$type").GetString());
    }

    [Fact]
    public async Task A_post_that_the_AppView_does_not_know_yet_has_a_thread_with_what_it_answers()
    {
        var root = "at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/app.bsky.feed.post/root";
        _appView.Answer("app.bsky.feed.getPostThread", (context, call) =>
        {
            context.Response.Headers["Atproto-Repo-Rev"] = _seen;
            var isRoot = Uri.UnescapeDataString(call.Query).Contains(root, StringComparison.Ordinal);
            context.Response.StatusCode = isRoot ? 200 : 400;
            return context.Response.WriteAsync(isRoot
                ? new JsonObject { ["thread"] = Thread(root) }.ToJsonString()
                : """{"error":"NotFound","message":"Post not found"}""");
        });
        var record = Records.Post("indeed");
        record["reply"] = Reply(root, root);
        var uri = await PostAsync(record);

        var known = (await _alice.QueryAsync("app.bsky.feed.getPostThread", ("uri", uri))).Ok();
        var unknown = await _alice.QueryAsync("app.bsky.feed.getPostThread", ("uri", uri + "x"));

        var thread = known.Json.GetProperty("thread");
        Assert.Equal(uri, thread.GetProperty("post").GetProperty("uri").GetString());
        Assert.Equal(root, thread.GetProperty("parent").GetProperty("post").GetProperty("uri").GetString());
        Assert.NotNull(known.Header("Atproto-Upstream-Lag"));
        Assert.Equal((400, "NotFound", "Post not found"), (unknown.Status, unknown.Error, unknown.Message));
    }

    [Fact]
    public async Task A_quoted_post_is_shown_as_the_AppView_shows_it_or_as_not_found()
    {
        var quoted = "at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/app.bsky.feed.post/q";
        Teach("app.bsky.feed.getTimeline", new { feed = Array.Empty<int>() });
        _appView.Answer("app.bsky.feed.getPosts", new { posts = new[] { new { uri = quoted, cid = "c", author = new { did = "d" }, record = new { text = "quoted" }, indexedAt = "2020-01-01T00:00:00.000Z" } } });
        _appView.Answer("app.bsky.feed.getFeedGenerator", new { error = "NotFound" }, 404);
        foreach (var uri in new[] { quoted, "at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/app.bsky.feed.generator/f" })
        {
            var record = Records.Post("look");
            record["embed"] = new JsonObject
            {
                ["$type"] = "app.bsky.embed.record",
                ["record"] = new JsonObject { ["uri"] = uri, ["cid"] = "bafyreihyrpefhacm6kkp4ql6j6udakdit7g3dmkzfriqfykhjw6cad5lrm" },
            };
            await PostAsync(record);
        }

        var feed = (await _alice.QueryAsync("app.bsky.feed.getTimeline")).Ok().Json.GetProperty("feed");

        Assert.Equal(
            ["app.bsky.embed.record#viewNotFound", "app.bsky.embed.record#viewRecord"],
            feed.EnumerateArray().Select(item => item.GetProperty("post").GetProperty("embed").GetProperty("record").GetProperty("$type").GetString()));
        Assert.Equal("quoted", feed[1].GetProperty("post").GetProperty("embed").GetProperty("record").GetProperty("value").GetProperty("text").GetString());
    }

    [Fact]
    public async Task An_image_is_with_the_AppViews_images()
    {
        Teach("app.bsky.feed.getTimeline", new { feed = Array.Empty<int>() });
        var blob = await UploadAsync();
        var record = Records.Post("look");
        record["embed"] = new JsonObject
        {
            ["$type"] = "app.bsky.embed.images",
            ["images"] = new JsonArray(new JsonObject { ["alt"] = "a dot", ["image"] = JsonNode.Parse(blob.GetRawText()) }),
        };
        await PostAsync(record);

        var feed = (await _alice.QueryAsync("app.bsky.feed.getTimeline")).Ok().Json.GetProperty("feed");

        var image = feed[0].GetProperty("post").GetProperty("embed").GetProperty("images")[0];
        var cid = blob.GetProperty("ref").GetProperty("$link").GetString();
        Assert.Equal($"https://cdn.test/img/feed_thumbnail/{_alice.Did}/{cid}@jpeg", image.GetProperty("thumb").GetString());
        Assert.Equal($"https://cdn.test/img/feed_fullsize/{_alice.Did}/{cid}@jpeg", image.GetProperty("fullsize").GetString());
    }

    [Fact]
    public async Task A_feed_is_asked_for_with_a_token_for_its_generator()
    {
        var feed = "at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/app.bsky.feed.generator/f";
        _appView.Answer("com.atproto.repo.getRecord", (context, call) =>
        {
            var isKnown = call.Query.Contains("rkey=f", StringComparison.Ordinal);
            context.Response.StatusCode = isKnown ? 200 : 400;
            return context.Response.WriteAsync(isKnown ? """{"value":{"did":"did:web:feeds.test"}}""" : """{"error":"RecordNotFound"}""");
        });

        (await _alice.QueryAsync("app.bsky.feed.getFeed", ("feed", feed))).Ok();
        var unknown = await _alice.QueryAsync("app.bsky.feed.getFeed", ("feed", feed[..^1] + "g"));

        var call = _appView.CallsOf(_alice).Single(call => call.Method == "app.bsky.feed.getFeed");
        Assert.Equal("did:web:feeds.test", call.Claims.GetProperty("aud").GetString());
        Assert.Equal("app.bsky.feed.getFeedSkeleton", call.Claims.GetProperty("lxm").GetString());
        Assert.Equal((400, "UnknownFeed"), (unknown.Status, unknown.Error));
    }

    private void Teach(string method, object json) => _appView.Answer(method, json, 200, ("Atproto-Repo-Rev", _seen));

    private async Task<string> RevAsync() =>
        (await _alice.QueryAsync("com.atproto.sync.getLatestCommit", ("did", _alice.Did))).Ok().Json.GetProperty("rev").GetString()!;

    private async Task<string> PostAsync(JsonObject record) =>
        (await _alice.CreateRecordAsync(record)).Ok().Json.GetProperty("uri").GetString()!;

    private async Task SetProfileAsync() => (await _alice.PutRecordAsync(
        new JsonObject { ["$type"] = "app.bsky.actor.profile", ["displayName"] = "Alice", ["description"] = "About me" },
        "app.bsky.actor.profile",
        "self")).Ok();

    private async Task<JsonElement> UploadAsync() =>
        (await _alice.ProcedureAsync("com.atproto.repo.uploadBlob", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0], "image/png"))
        .Ok().Json.GetProperty("blob");

    private Task<XrpcReply> AuthorFeedAsync(string actor, string? filter = null) =>
        _alice.QueryAsync("app.bsky.feed.getAuthorFeed", ("actor", actor), ("filter", filter));

    private static object Item(string uri, string indexedAt) => new { post = new { uri, indexedAt, author = new { did = "did:plc:b" } } };

    private static IEnumerable<string?> Uris(XrpcReply reply) => reply.Json.GetProperty("feed").EnumerateArray()
        .Select(item => item.GetProperty("post").GetProperty("uri").GetString());

    private static JsonObject Thread(string uri, params JsonNode[] replies) => new()
    {
        ["$type"] = "app.bsky.feed.defs#threadViewPost",
        ["post"] = new JsonObject { ["uri"] = uri, ["record"] = new JsonObject { ["text"] = "hm" } },
        ["replies"] = new JsonArray(replies),
    };

    private static JsonObject Reply(string root, string parent) => new()
    {
        ["root"] = Reference(root),
        ["parent"] = Reference(parent),
    };

    private static JsonObject Reference(string uri) =>
        new() { ["uri"] = uri, ["cid"] = "bafyreihyrpefhacm6kkp4ql6j6udakdit7g3dmkzfriqfykhjw6cad5lrm" };
}
