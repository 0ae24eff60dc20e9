using System.Buffers.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Pds.Modules.Auth.Sessions;
using Pds.Tests.Support;
using Pds.Xrpc;

namespace Pds.Tests.Auth;

/// <summary>Tokens that accounts get for calling other services.</summary>
public sealed class ServiceAuthTests(PdsFixture pds)
{
    private const string Method = "com.atproto.server.getServiceAuth";
    private const string Audience = "did:web:api.example.com";
    private const string Timeline = "app.bsky.feed.getTimeline";
    private const string Chat = "chat.bsky.convo.sendMessage";
    private const string Migration = "com.atproto.server.createAccount";

    [Theory]
    [InlineData(Audience)]
    [InlineData($"{Audience}#bsky_appview")]
    public async Task A_token_is_for_the_audience_and_the_method_that_were_asked_for(string audience)
    {
        using var alice = await pds.CreateAccountAsync();

        var claims = Claims((await alice.QueryAsync(Method, ("aud", audience), ("lxm", Timeline))).Ok());

        Assert.Equal(
            (alice.Did.Value, audience, Timeline),
            (claims.GetProperty("iss").GetString(), claims.GetProperty("aud").GetString(), claims.GetProperty("lxm").GetString()));
        Assert.Equal(60, claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64());
    }

    [Fact]
    public async Task A_token_without_a_method_names_none()
    {
        using var alice = await pds.CreateAccountAsync();

        Assert.False(Claims((await alice.QueryAsync(Method, ("aud", Audience))).Ok()).TryGetProperty("lxm", out _));
    }

    [Theory]
    [InlineData("did:web:")]
    [InlineData("https://api.example.com")]
    [InlineData($"{Audience}#")]
    [InlineData($"{Audience}#a#b")]
    public async Task An_audience_that_is_no_service_is_refused(string audience)
    {
        using var alice = await pds.CreateAccountAsync();

        var reply = await alice.QueryAsync(Method, ("aud", audience), ("lxm", Timeline));

        Assert.Equal(
            (400, "InvalidRequest", "aud must be a DID or a DID with the id of a service"), (reply.Status, reply.Error, reply.Message));
    }

    [Theory]
    [InlineData(3600, Timeline, null)]
    [InlineData(60, null, null)]
    [InlineData(-1, Timeline, "expiration is in past")]
    [InlineData(3601, Timeline, "cannot request a token with an expiration more than an hour in the future")]
    [InlineData(61, null, "cannot request a method-less token with an expiration more than a minute in the future")]
    [InlineData(long.MaxValue / 2, Timeline, "cannot request a token with an expiration more than an hour in the future")]
    public async Task The_expiry_that_is_asked_for_has_bounds(long ahead, string? lxm, string? problem)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var server = await pds.StartServerAsync(time: time);
        using var alice = await TestAccount.CreateAsync(server);
        var exp = time.GetUtcNow().ToUnixTimeSeconds() + ahead;

        var reply = await alice.QueryAsync(Method, ("aud", Audience), ("lxm", lxm), ("exp", exp));

        if (problem is null)
        {
            Assert.Equal(exp, Claims(reply.Ok()).GetProperty("exp").GetInt64());
        }
        else
        {
            Assert.Equal((400, "BadExpiration", problem), (reply.Status, reply.Error, reply.Message));
        }
    }

    [Fact]
    public async Task No_token_is_signed_for_what_manages_the_account()
    {
        using var alice = await pds.CreateAccountAsync();

        var reply = await alice.QueryAsync(Method, ("aud", Audience), ("lxm", "com.atproto.server.updateEmail"));

        Assert.Equal(
            (400, "InvalidRequest", "cannot request a service auth token for the following protected method: com.atproto.server.updateEmail"),
            (reply.Status, reply.Error, reply.Message));
    }

    [Theory]
    [InlineData(AccessKind.Full, Chat, 200)]
    [InlineData(AccessKind.AppPasswordPrivileged, Chat, 200)]
    [InlineData(AccessKind.AppPasswordPrivileged, Migration, 200)]
    [InlineData(AccessKind.AppPassword, Timeline, 200)]
    [InlineData(AccessKind.AppPassword, Chat, 400)]
    [InlineData(AccessKind.AppPassword, Migration, 400)]
    [InlineData(AccessKind.Takendown, Migration, 200)]
    [InlineData(AccessKind.Takendown, Timeline, 400)]
    public async Task A_session_gets_what_its_kind_may_have(AccessKind kind, string lxm, int status)
    {
        var server = await pds.GetServerAsync();
        using var alice = await pds.CreateAccountAsync();
        alice.Token = server.Services.GetRequiredService<TokenIssuer>().Issue(alice.Did, kind).AccessJwt;

        var reply = await alice.QueryAsync(Method, ("aud", Audience), ("lxm", lxm));

        Assert.Equal(status, reply.Status);
        Assert.Equal(
            status == 200 ? (null, null)
                : kind == AccessKind.Takendown ? ("InvalidToken", "Bad token scope")
                : ("InvalidRequest", $"insufficient access to request a service auth token for the following method: {lxm}"),
            (reply.Error, reply.Message));
    }

    [Theory]
    [InlineData("rpc:app.bsky.feed.getTimeline?aud=*", Timeline, 200)]
    [InlineData("rpc:app.bsky.feed.getTimeline?aud=*", null, 403)]
    [InlineData("rpc:app.bsky.feed.getFeed?aud=*", Timeline, 403)]
    [InlineData("", Timeline, 403)]
    public async Task An_app_needs_the_scope_for_it(string scope, string? lxm, int status)
    {
        var server = await pds.GetServerAsync();
        using var alice = await pds.CreateAccountAsync();
        using var key = DpopKey.Create();
        var token = TestTokens.Mint(server, alice.Did, key.Jkt, $"atproto {scope}".TrimEnd());

        var reply = await key.SendAsync(
            server.Xrpc, HttpMethod.Get, $"/xrpc/{Method}?aud={Audience}{(lxm is null ? "" : $"&lxm={lxm}")}", token);

        Assert.Equal((status, status == 200 ? null : "ScopeMissingError"), (reply.Status, reply.Error));
    }

    private static JsonElement Claims(XrpcReply reply) =>
        JsonElement.Parse(Base64Url.DecodeFromChars(reply.Json.GetProperty("token").GetString()!.Split('.')[1]));
}
