using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pds.Contracts.Proxy;
using Pds.Tests.Support;
using Pds.Xrpc;

namespace Pds.Tests.Proxy;

/// <summary>What accounts set up for their apps.</summary>
public sealed class PreferenceTests(ProxyWorld world) : IClassFixture<ProxyWorld>, IAsyncLifetime
{
    private const string Get = "app.bsky.actor.getPreferences";
    private const string Put = "app.bsky.actor.putPreferences";
    private const string Personal = "app.bsky.actor.defs#personalDetailsPref";
    private const string Age = "app.bsky.actor.defs#declaredAgePref";

    private readonly DpopKey _key = DpopKey.Create();
    private TestAccount _alice = null!;

    public async ValueTask InitializeAsync() => _alice = await world.CreateAccountAsync();

    public ValueTask DisposeAsync()
    {
        _key.Dispose();
        _alice.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task What_is_put_replaces_what_was_there_in_its_order()
    {
        Assert.Equal("{\"preferences\":[]}", (await _alice.QueryAsync(Get)).Ok().Json.GetRawText());

        (await PutAsync(_alice, Adult(true), new Dictionary<string, object> { ["$type"] = "app.bsky.test#unknown", ["b"] = 1, ["a"] = "ä" })).Ok();
        (await PutAsync(_alice, new Dictionary<string, object> { ["$type"] = "app.bsky.test#unknown", ["b"] = 2 }, Adult(false))).Ok();

        var items = (await _alice.QueryAsync(Get)).Ok().Json.GetProperty("preferences");
        Assert.Equal(["app.bsky.test#unknown", "app.bsky.actor.defs#adultContentPref"], Types(items));
        Assert.Equal((2, false), (items[0].GetProperty("b").GetInt32(), items[1].GetProperty("enabled").GetBoolean()));
        Assert.Empty(world.AppView.CallsOf(_alice));
    }

    [Fact]
    public async Task The_birth_date_is_for_the_accounts_own_password_and_others_are_told_the_age()
    {
        (await PutAsync(_alice, Birth("2000-02-29T00:00:00.000Z"), Adult(true))).Ok();
        using var app = await SignInAsync("an app");

        var seen = (await app.QueryAsync(Get)).Ok().Json.GetProperty("preferences");
        var forbidden = await PutAsync(app, Birth("1990-01-01T00:00:00.000Z"));
        (await PutAsync(app, Adult(false), new Dictionary<string, object> { ["$type"] = Age, ["isOverAge18"] = false })).Ok();
        var own = (await _alice.QueryAsync(Get)).Ok().Json.GetProperty("preferences");

        Assert.Equal(["app.bsky.actor.defs#adultContentPref", Age], Types(seen));
        Assert.True(seen[1].GetProperty("isOverAge18").GetBoolean());
        Assert.Equal(
            (400, $"Do not have authorization to set preferences: {Personal}"), (forbidden.Status, forbidden.Message));
        Assert.Equal([Personal, "app.bsky.actor.defs#adultContentPref", Age], Types(own));
        Assert.Equal("2000-02-29T00:00:00.000Z", own[0].GetProperty("birthDate").GetString());
    }

    [Fact]
    public async Task Who_puts_with_full_access_also_takes_the_birth_date_away()
    {
        (await PutAsync(_alice, Birth("2000-02-29T00:00:00.000Z"))).Ok();

        (await PutAsync(_alice)).Ok();

        Assert.Equal(0, (await _alice.QueryAsync(Get)).Ok().Json.GetProperty("preferences").GetArrayLength());
    }

    [Fact]
    public async Task What_is_no_preference_is_refused()
    {
        var foreign = await PutAsync(_alice, new Dictionary<string, object> { ["$type"] = "com.example.pref" });
        var similar = await PutAsync(_alice, new Dictionary<string, object> { ["$type"] = "app.bskyfake.pref" });
        var untyped = await PutAsync(_alice, new { enabled = true });
        var wrong = await PutAsync(_alice, new Dictionary<string, object> { ["$type"] = "app.bsky.actor.defs#adultContentPref", ["enabled"] = "yes" });
        var nul = await PutAsync(_alice, new Dictionary<string, object> { ["$type"] = "app.bsky.test#unknown", ["a"] = "\0" });
        var large = await PutAsync(_alice, new Dictionary<string, object> { ["$type"] = "app.bsky.test#unknown", ["a"] = new string('a', 151 * 1024) });

        Assert.Equal((400, "Some preferences are not in the app.bsky namespace"), (foreign.Status, foreign.Message));
        Assert.Equal((400, "Some preferences are not in the app.bsky namespace"), (similar.Status, similar.Message));
        Assert.All([untyped, wrong, nul], reply => Assert.Equal((400, "InvalidRequest"), (reply.Status, reply.Error)));
        Assert.Equal((413, "PayloadTooLarge"), (large.Status, large.Error));
    }

    [Fact]
    public async Task Another_AppView_keeps_its_own()
    {
        var get = new HttpRequestMessage(HttpMethod.Get, $"/xrpc/{Get}");
        get.Headers.Add("atproto-proxy", $"{world.Other.Did}#bsky_appview");
        var put = new HttpRequestMessage(HttpMethod.Post, $"/xrpc/{Put}") { Content = JsonContent(new { preferences = Array.Empty<int>() }) };
        put.Headers.Add("atproto-proxy", $"{world.Other.Did}#bsky_appview");

        Assert.Equal(Get, (await _alice.SendAsync(get)).Ok().Json.GetProperty("answered").GetString());
        Assert.Equal(Put, (await _alice.SendAsync(put)).Ok().Json.GetProperty("answered").GetString());

        Assert.Equal("{\"preferences\":[]}", System.Text.Encoding.UTF8.GetString(world.Other.CallsOf(_alice)[1].Body));
    }

    [Fact]
    public async Task An_app_needs_the_scope_for_them()
    {
        Assert.Equal("ScopeMissingError", (await AskAsync("rpc:app.bsky.feed.getFeed?aud=*")).Error);
        Assert.Equal(200, (await AskAsync("rpc:app.bsky.actor.getPreferences?aud=*")).Status);
        Assert.Equal("ScopeMissingError", (await SendAsync(Put, "rpc:app.bsky.actor.getPreferences?aud=*", new { preferences = Array.Empty<int>() })).Error);
        Assert.Equal(200, (await SendAsync(Put, "rpc:app.bsky.actor.putPreferences?aud=*", new { preferences = Array.Empty<int>() })).Status);
    }

    [Fact]
    public async Task The_moderation_service_reads_those_of_anybody_here_and_nowhere_else()
    {
        (await PutAsync(_alice, Birth("2000-02-29T00:00:00.000Z"))).Ok();

        var seen = await ModerateAsync(world.Other, ("did", _alice.Did));
        var ofNobody = await ModerateAsync(world.Other);
        var elsewhere = await ModerateAsync(world.Other, proxy: $"{world.Other.Did}#bsky_appview", parameters: ("did", _alice.Did));
        var other = await ModerateAsync(world.AppView, ("did", _alice.Did));
        var own = (await _alice.QueryAsync(Get, ("did", "did:web:other.example.com"))).Ok().Json;

        Assert.Equal([Personal, Age], Types(seen.Ok().Json.GetProperty("preferences")));
        Assert.Equal((400, "Invalid or missing did parameter"), (ofNobody.Status, ofNobody.Message));
        Assert.Equal((400, "Moderator requests cannot be proxied to other app views"), (elsewhere.Status, elsewhere.Message));
        Assert.Equal((401, "UntrustedIss"), (other.Status, other.Error));
        Assert.Equal([Personal, Age], Types(own.GetProperty("preferences")));
    }

    [Fact]
    public async Task An_app_needs_a_scope_for_the_service_that_pushes()
    {
        const string Register = "app.bsky.notification.registerPush";
        var audience = $"{world.Other.Did}#bsky_notif";

        var none = await SendAsync(Register, $"rpc:{Register}?aud={Uri.EscapeDataString($"{world.Other.Did}#bsky_appview")}", Device(world.Other));
        var some = await SendAsync(Register, $"rpc:{Register}?aud={Uri.EscapeDataString(audience)}", Device(world.Other));

        Assert.Equal((403, "ScopeMissingError"), (none.Status, none.Error));
        some.Ok();
    }

    [Fact]
    public async Task A_device_is_registered_with_the_service_that_it_names()
    {
        var here = await _alice.ProcedureAsync("app.bsky.notification.registerPush", Device(world.AppView));
        var there = await _alice.ProcedureAsync("app.bsky.notification.unregisterPush", Device(world.Other));
        var nowhere = await _alice.ProcedureAsync("app.bsky.notification.registerPush", new { serviceDid = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", token = "t", platform = "ios", appId = "a" });
        var wrong = await _alice.ProcedureAsync("app.bsky.notification.registerPush", new { serviceDid = "x" });

        Assert.Equal((200, 200, 400, 400), (here.Status, there.Status, nowhere.Status, wrong.Status));
        Assert.Equal("app.bsky.notification.registerPush", world.AppView.CallOf(_alice).Method);
        Assert.Equal("t", JsonElement.Parse(world.Other.CallOf(_alice).Body).GetProperty("token").GetString());
        Assert.Equal(world.Other.Did.Value, world.Other.CallOf(_alice).Claims.GetProperty("aud").GetString());
    }

    [Fact]
    public async Task A_deleted_account_leaves_none_behind()
    {
        (await PutAsync(_alice, Adult(true))).Ok();

        await world.Server.InvokeAsync(new ForgetPreferences(_alice.Did));

        Assert.Equal(0, (await _alice.QueryAsync(Get)).Ok().Json.GetProperty("preferences").GetArrayLength());
    }

    private static object Device(FakeService service) => new { serviceDid = service.Did, token = "t", platform = "ios", appId = "a" };

    private static Task<XrpcReply> PutAsync(XrpcClient client, params object[] preferences) =>
        client.ProcedureAsync(Put, new { preferences });

    private static Dictionary<string, object> Adult(bool enabled) =>
        new Dictionary<string, object> { ["$type"] = "app.bsky.actor.defs#adultContentPref", ["enabled"] = enabled };

    private static Dictionary<string, object> Birth(string date) => new Dictionary<string, object> { ["$type"] = Personal, ["birthDate"] = date };

    private static IEnumerable<string?> Types(JsonElement items) =>
        items.EnumerateArray().Select(item => item.GetProperty("$type").GetString());

    private static ByteArrayContent JsonContent(object body) =>
        new(JsonSerializer.SerializeToUtf8Bytes(body, XrpcJson.Options)) { Headers = { { "Content-Type", "application/json" } } };

    private async Task<AppSession> SignInAsync(string name)
    {
        var password = (await _alice.ProcedureAsync("com.atproto.server.createAppPassword", new { name }))
            .Ok().Json.GetProperty("password").GetString();
        var session = (await world.Server.Xrpc.ProcedureAsync(
            "com.atproto.server.createSession", new { identifier = _alice.Did, password })).Ok().Json;
        return new AppSession(TestHttp.Create(world.Server.Url)) { Token = session.GetProperty("accessJwt").GetString() };
    }

    private Task<XrpcReply> AskAsync(string scope) => _key.SendAsync(
        world.Server.Xrpc, HttpMethod.Get, $"/xrpc/{Get}", TestTokens.Mint(world.Server, _alice.Did, _key.Jkt, $"atproto {scope}"));

    private Task<XrpcReply> SendAsync(string method, string scope, object body) => _key.SendAsync(
        world.Server.Xrpc, HttpMethod.Post, $"/xrpc/{method}",
        TestTokens.Mint(world.Server, _alice.Did, _key.Jkt, $"atproto {scope}"), content: () => JsonContent(body));

    private Task<XrpcReply> ModerateAsync(FakeService service, params (string Name, object? Value)[] parameters) =>
        ModerateAsync(service, null, parameters);

    private async Task<XrpcReply> ModerateAsync(FakeService service, string? proxy, params (string Name, object? Value)[] parameters)
    {
        using var http = TestHttp.Create(world.Server.Url);
        if (proxy is not null)
        {
            http.DefaultRequestHeaders.Add("atproto-proxy", proxy);
        }

        var here = world.Server.Services.GetRequiredService<ServiceOptions>().ServiceDid;
        return await new XrpcClient(http) { Token = service.Sign(here, Get) }.QueryAsync(Get, parameters);
    }

    private sealed class AppSession(HttpClient http) : XrpcClient(http), IDisposable
    {
        public void Dispose() => Http.Dispose();
    }
}
