using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using Pds.Modules.Auth.Sessions;
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
    [InlineData("com.atproto.admin.sendEmail", "com.atproto.identity.requestPlcOperationSignature", "com.atproto.identity.signPlcOperation",
        "com.atproto.identity.updateHandle", "com.atproto.server.activateAccount", "com.atproto.server.confirmEmail",
        "com.atproto.server.createAppPassword", "com.atproto.server.deactivateAccount", "com.atproto.server.getAccountInviteCodes",
        "com.atproto.server.getSession", "com.atproto.server.listAppPasswords", "com.atproto.server.requestAccountDelete",
        "com.atproto.server.requestEmailConfirmation", "com.atproto.server.requestEmailUpdate", "com.atproto.server.revokeAppPassword",
        "com.atproto.server.updateEmail")]
    public async Task No_token_is_made_for_what_manages_the_account(params string[] methods)
    {
        foreach (var method in methods)
        {
            var reply = await _alice.QueryAsync("com.atproto.server.getServiceAuth", ("aud", world.Other.Did), ("lxm", method.ToUpperInvariant()));
            Assert.Equal((400, "InvalidRequest"), (reply.Status, reply.Error));
            Assert.Throws<XrpcException>(() => Forwarder.CheckMethod(new Caller(AccessKind.Full, _alice.Did), method));
        }
    }

    [Theory]
    [InlineData("chat.bsky.actor.deleteAccount", "chat.bsky.actor.exportAccountData", "chat.bsky.convo.deleteMessageForSelf",
        "chat.bsky.convo.getConvo", "chat.bsky.convo.getConvoForMembers", "chat.bsky.convo.getLog", "chat.bsky.convo.getMessages",
        "chat.bsky.convo.leaveConvo", "chat.bsky.convo.listConvos", "chat.bsky.convo.muteConvo", "chat.bsky.convo.sendMessage",
        "chat.bsky.convo.sendMessageBatch", "chat.bsky.convo.unmuteConvo", "chat.bsky.convo.updateRead", "com.atproto.server.createAccount")]
    public void What_is_private_is_for_passwords_that_may(params string[] methods)
    {
        foreach (var method in methods)
        {
            Assert.Throws<XrpcException>(() => Forwarder.CheckMethod(new Caller(AccessKind.AppPassword, _alice.Did), method));
            Forwarder.CheckMethod(new Caller(AccessKind.AppPasswordPrivileged, _alice.Did), method);
        }
    }

    [Fact]
    public async Task What_is_served_here_is_answered_here_whatever_the_header_says()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/xrpc/com.atproto.server.getSession");
        request.Headers.Add("atproto-proxy", $"{world.Other.Did}#bsky_appview");

        var reply = (await _alice.SendAsync(request)).Ok();

        Assert.Equal(_alice.Did.Value, reply.Json.GetProperty("did").GetString());
        Assert.Empty(world.Other.CallsOf(_alice));
    }

    [Theory]
    [InlineData("PUT", "app.bsky.feed.searchPosts", "XRPC requests only supports GET and POST")]
    [InlineData("DELETE", "app.bsky.feed.searchPosts", "XRPC requests only supports GET and POST")]
    [InlineData("GET", "nonsense", "invalid xrpc path")]
    [InlineData("GET", "app.bsky.feed.searchPosts/more", "invalid xrpc path")]
    public async Task What_is_no_call_of_a_method_is_refused(string verb, string path, string message)
    {
        var reply = await _alice.SendAsync(new HttpRequestMessage(new HttpMethod(verb), $"/xrpc/{path}"));

        Assert.Equal((400, "InvalidRequest", message), (reply.Status, reply.Error, reply.Message));
        Assert.Empty(world.AppView.CallsOf(_alice));
    }

    [Fact]
    public async Task An_account_that_was_taken_down_may_report_and_has_nothing_else_sent_on()
    {
        var tokens = world.Server.Services.GetRequiredService<TokenIssuer>();
        _alice.Token = tokens.Issue(_alice.Did, AccessKind.Takendown).AccessJwt;

        var report = await _alice.ProcedureAsync("com.atproto.moderation.createReport", new { reasonType = "com.atproto.moderation.defs#reasonAppeal" });
        var search = await _alice.QueryAsync("app.bsky.feed.searchPosts");

        report.Ok();
        Assert.Equal("com.atproto.moderation.createReport", world.Other.CallOf(_alice).Method);
        Assert.Equal((400, "InvalidToken", "Bad token scope"), (search.Status, search.Error, search.Message));
        Assert.Empty(world.AppView.CallsOf(_alice));
    }

    [Theory]
    [InlineData("app.bsky.actor.getProfile", "app.bsky.actor.getProfile")]
    [InlineData("app.bsky.actor.getProfiles", "app.bsky.actor.getProfiles")]
    [InlineData("app.bsky.feed.getActorLikes", "app.bsky.feed.getActorLikes")]
    [InlineData("app.bsky.feed.getAuthorFeed", "app.bsky.feed.getAuthorFeed")]
    [InlineData("app.bsky.feed.getPostThread", "app.bsky.feed.getPostThread")]
    [InlineData("app.bsky.feed.getTimeline", "app.bsky.feed.getTimeline")]
    [InlineData("app.bsky.feed.getFeed?feed=at://did:web:a.test/app.bsky.feed.generator/a", "app.bsky.feed.getFeed")]
    [InlineData("app.bsky.feed.getFeed?feed=at://did:web:a.test/app.bsky.feed.generator/a", "app.bsky.feed.getFeedSkeleton", "rpc:app.bsky.feed.getFeed?aud=*")]
    public async Task What_is_looked_at_on_its_way_takes_the_same_scopes(string path, string needed, string scope = "rpc:com.example.other?aud=*")
    {
        var reply = await _key.SendAsync(
            world.Server.Xrpc, HttpMethod.Get, $"/xrpc/{path}",
            TestTokens.Mint(world.Server, _alice.Did, _key.Jkt, $"atproto {scope}"));

        Assert.Equal((403, "ScopeMissingError"), (reply.Status, reply.Error));
        Assert.Contains($"\"rpc:{needed}?aud=", reply.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_app_that_reports_needs_a_scope_for_the_moderation_service()
    {
        const string Method = "com.atproto.moderation.createReport";
        Task<XrpcReply> ReportAsync(string aud) => _key.SendAsync(
            world.Server.Xrpc, HttpMethod.Post, $"/xrpc/{Method}",
            TestTokens.Mint(world.Server, _alice.Did, _key.Jkt, $"atproto rpc:{Method}?aud={Uri.EscapeDataString(aud)}"),
            content: () => new StringContent("{}", new MediaTypeHeaderValue("application/json")));

        Assert.Equal("ScopeMissingError", (await ReportAsync($"{world.AppView.Did}#bsky_appview")).Error);
        (await ReportAsync($"{world.Other.Did}#atproto_labeler")).Ok();
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
