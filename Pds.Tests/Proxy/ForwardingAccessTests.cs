using Pds.Modules.Proxy.Forwarding;
using Pds.Tests.Support;
using Pds.Xrpc;

namespace Pds.Tests.Proxy;

/// <summary>Who may have a request sent on.</summary>
public sealed class ForwardingAccessTests(ProxyWorld world) : IClassFixture<ProxyWorld>, IAsyncLifetime
{
    private readonly DpopKey _key = DpopKey.Create();
    private TestAccount _alice = null!;

    public async ValueTask InitializeAsync()
    {
        _alice = await world.CreateAccountAsync();
    }

    public ValueTask DisposeAsync()
    {
        _key.Dispose();
        _alice.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task No_one_without_credentials()
    {
        var reply = await world.Server.Xrpc.QueryAsync("app.bsky.feed.searchPosts");

        Assert.Equal((401, "AuthMissing"), (reply.Status, reply.Error));
        Assert.Empty(world.AppView.CallsOf(_alice));
    }

    [Theory]
    [InlineData("com.atproto.admin.sendEmail")]
    [InlineData("com.atproto.server.updateEmail")]
    [InlineData("com.atproto.identity.SIGNplcOperation")]
    public async Task What_manages_the_account_is_never_sent_on(string method)
    {
        await _alice.QueryAsync(method);

        // Most are served here, so the refusal itself cannot be seen from outside.
        var refusal = Assert.Throws<XrpcException>(() => Forwarder.CheckMethod(new Caller(AccessKind.Full, _alice.Did), method));
        Assert.Equal((400, "InvalidToken", "Bad token method"), (refusal.Status, refusal.Error, refusal.Message));
        Assert.Empty(world.AppView.CallsOf(_alice));
    }

    [Theory]
    [InlineData(false, "chat.bsky.convo.getLog", 400)]
    [InlineData(false, "CHAT.bsky.convo.getLog", 400)]
    [InlineData(true, "chat.bsky.convo.getLog", 200)]
    [InlineData(false, "app.bsky.feed.searchPosts", 200)]
    public async Task An_app_password_that_is_not_privileged_does_not_chat(bool privileged, string method, int status)
    {
        var password = (await _alice.ProcedureAsync("com.atproto.server.createAppPassword", new { name = "a", privileged }))
            .Ok().Json.GetProperty("password").GetString();
        var session = (await world.Server.Xrpc.ProcedureAsync(
            "com.atproto.server.createSession", new { identifier = _alice.Did, password })).Ok().Json;
        using var app = TestHttp.Create(world.Server.Url);

        var reply = await new XrpcClient(app) { Token = session.GetProperty("accessJwt").GetString() }.QueryAsync(method);

        Assert.Equal(status, reply.Status);
        Assert.Equal(status == 200 ? (null, null) : ("InvalidToken", "Bad token method"), (reply.Error, reply.Message));
    }

    [Fact]
    public async Task An_app_needs_a_scope_for_the_method_and_the_service()
    {
        var audience = Uri.EscapeDataString($"{world.AppView.Did}#bsky_appview");

        Assert.Equal(200, (await AskAsync("rpc:app.bsky.feed.searchPosts?aud=*")).Status);
        Assert.Equal(200, (await AskAsync($"rpc:*?aud={audience}")).Status);
        Assert.Equal(200, (await AskAsync("transition:generic")).Status);
        Assert.Equal("ScopeMissingError", (await AskAsync("rpc:app.bsky.feed.getFeed?aud=*")).Error);
        Assert.Equal("ScopeMissingError", (await AskAsync("rpc:*?aud=did:web:else.test%23bsky_appview")).Error);
        var none = await AskAsync("");
        Assert.Equal(
            (403, $"Missing required scope \"rpc:app.bsky.feed.searchPosts?aud={world.AppView.Did.Value.Replace("%", "%25", StringComparison.Ordinal)}%23bsky_appview\""),
            (none.Status, none.Message));
    }

    private Task<XrpcReply> AskAsync(string scope) => _key.SendAsync(
        world.Server.Xrpc, HttpMethod.Get, "/xrpc/app.bsky.feed.searchPosts",
        TestTokens.Mint(world.Server, _alice.Did, _key.Jkt, $"atproto {scope}".Trim()));
}
