using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Pds.Tests.Support;

namespace Pds.Tests.Auth.OAuth;

public sealed class RequiredScopeTests(PdsFixture pds) : IAsyncLifetime
{
    private const string Post = "app.bsky.feed.post";

    private readonly DpopKey _key = DpopKey.Create();
    private PdsServer _server = null!;
    private TestAccount _account = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await pds.GetServerAsync();
        _account = await pds.CreateAccountAsync();
    }

    public ValueTask DisposeAsync()
    {
        _key.Dispose();
        _account.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("repo:app.bsky.feed.post?action=create", null)]
    [InlineData("repo:*", null)]
    [InlineData("transition:generic", null)]
    [InlineData("", "repo:app.bsky.feed.post?action=create")]
    [InlineData("repo:app.bsky.feed.like", "repo:app.bsky.feed.post?action=create")]
    [InlineData("repo:*?action=delete", "repo:app.bsky.feed.post?action=create")]
    [InlineData("transition:email", "repo:app.bsky.feed.post?action=create")]
    [InlineData("include:app.bsky.authCreatePosts", "repo:app.bsky.feed.post?action=create")]
    public async Task Creating_a_record_takes_a_scope_for_it(string scope, string? missing) => AssertNeeds(missing, await CreateAsync(scope));

    [Theory]
    [InlineData("repo:app.bsky.feed.post", null)]
    [InlineData("repo:app.bsky.feed.post?action=create&action=update", null)]
    [InlineData("repo:app.bsky.feed.post?action=create", "repo:app.bsky.feed.post?action=update")]
    [InlineData("repo:app.bsky.feed.post?action=update", "repo:app.bsky.feed.post?action=create")]
    public async Task Putting_a_record_takes_both_create_and_update(string scope, string? missing) => AssertNeeds(
        missing,
        await WriteAsync("putRecord", scope, new() { ["collection"] = Post, ["rkey"] = "3jzfcijpj2z2a", ["record"] = Records.Post("put") }));

    [Theory]
    [InlineData("repo:app.bsky.feed.post?action=delete", null)]
    [InlineData("repo:app.bsky.feed.post?action=create", "repo:app.bsky.feed.post?action=delete")]
    public async Task Deleting_a_record_takes_a_scope_for_it(string scope, string? missing) =>
        AssertNeeds(missing, await WriteAsync("deleteRecord", scope, new() { ["collection"] = Post, ["rkey"] = "3jzfcijpj2z2a" }));

    [Theory]
    [InlineData("repo:app.bsky.feed.post?action=create repo:*?action=delete", null)]
    [InlineData("repo:app.bsky.feed.post?action=create", "repo:app.bsky.feed.post?action=delete")]
    [InlineData("repo:app.bsky.feed.post?action=delete", "repo:app.bsky.feed.post?action=create")]
    public async Task Writes_take_a_scope_for_each(string scope, string? missing)
    {
        var old = (await _account.CreateRecordAsync(Records.Post("old"))).Ok().Json;
        var rkey = old.GetProperty("uri").GetString()!.Split('/')[^1];

        var reply = await WriteAsync("applyWrites", scope, new()
        {
            ["writes"] = new JsonArray(
                new JsonObject { ["$type"] = "com.atproto.repo.applyWrites#create", ["collection"] = Post, ["value"] = Records.Post("one") },
                new JsonObject { ["$type"] = "com.atproto.repo.applyWrites#delete", ["collection"] = Post, ["rkey"] = rkey }),
        });

        AssertNeeds(missing, reply);
    }

    [Theory]
    [InlineData("blob:image/*", "image/png; charset=x", null)]
    [InlineData("blob:*/*", "Text/Plain", null)]
    [InlineData("transition:generic", "text/plain", null)]
    [InlineData("blob:image/*", "Video/MP4", "blob:video/mp4")]
    [InlineData("blob:image/*", "image/*", "blob:image/*")]
    [InlineData("", "text/plain", "blob:text/plain")]
    public async Task Uploading_a_blob_takes_a_scope_for_its_declared_type(string scope, string type, string? missing)
    {
        var reply = await SendAsync(HttpMethod.Post, "com.atproto.repo.uploadBlob", scope, () =>
        {
            var content = new ByteArrayContent("hello"u8.ToArray());
            content.Headers.TryAddWithoutValidation("Content-Type", type);
            return content;
        });

        AssertNeeds(missing, reply);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("transition:generic", false)]
    [InlineData("account:repo", false)]
    [InlineData("account:email", true)]
    [InlineData("account:email?action=manage", true)]
    [InlineData("transition:email", true)]
    public async Task The_email_address_is_told_to_apps_that_asked_for_it(string scope, bool isTold)
    {
        var session = (await SendAsync(HttpMethod.Get, "com.atproto.server.getSession", scope)).Ok().Json;

        Assert.Equal(_account.Did.Value, session.GetProperty("did").GetString());
        Assert.Equal((isTold, isTold), (session.TryGetProperty("email", out _), session.TryGetProperty("emailConfirmed", out _)));
    }

    private Task<XrpcReply> CreateAsync(string scope) =>
        WriteAsync("createRecord", scope, new() { ["collection"] = Post, ["record"] = Records.Post("hello") });

    private Task<XrpcReply> WriteAsync(string method, string scope, JsonObject input)
    {
        input["repo"] = _account.Did.Value;
        return SendAsync(HttpMethod.Post, $"com.atproto.repo.{method}", scope, () =>
            new StringContent(input.ToJsonString(), new MediaTypeHeaderValue("application/json")));
    }

    private Task<XrpcReply> SendAsync(HttpMethod verb, string method, string scope, Func<HttpContent>? content = null) => _key.SendAsync(
        _server.Xrpc, verb, $"/xrpc/{method}", TestTokens.Mint(_server, _account.Did, _key.Jkt, $"atproto {scope}".Trim()), content: content);

    private static void AssertNeeds(string? scope, XrpcReply reply)
    {
        if (scope is null)
        {
            reply.Ok();
            return;
        }

        Assert.Equal((403, "ScopeMissingError", $"Missing required scope \"{scope}\""), (reply.Status, reply.Error, reply.Message));
    }
}
