using Microsoft.Extensions.Time.Testing;
using Pds.Contracts.Auth;
using Pds.Modules.Auth.OAuth.Clients;
using Pds.Tests.Support;

namespace Pds.Tests.Auth.OAuth;

public sealed class ConfidentialAppTests(PdsFixture pds) : IAsyncLifetime
{
    private PdsServer _server = null!;
    private TestAccount _alice = null!;
    private TestBrowser _browser = null!;
    private OAuthClientHost _host = null!;
    private OAuthApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await pds.GetServerAsync();
        _alice = await pds.CreateAccountAsync();
        _browser = await TestBrowser.StartAsync(_server, _alice);
        _host = await OAuthClientHost.StartConfidentialAsync();
        _app = OAuthApp.Of(_server, _host);
    }

    public async ValueTask DisposeAsync()
    {
        _app.Dispose();
        _alice.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task An_app_that_authenticates_gets_in_and_stays()
    {
        var tokens = await _app.SignInAsync(_browser, _alice);

        var next = OAuthTokens.Read(await _app.RefreshAsync(tokens.Refresh!));

        (await _app.GetSessionAsync(next.Access)).Ok();
        (await _app.RevokeAsync(next.Access)).Ok();
        AssertRefused("invalid_grant", await _app.RefreshAsync(next.Refresh!));
    }

    [Fact]
    public async Task What_was_agreed_to_is_not_asked_again_until_it_is_more_or_forgotten()
    {
        await _app.SignInAsync(_browser, _alice, "atproto");
        Assert.StartsWith("cod-", (await AskAsync(Hint("atproto"))).Answer("code"), StringComparison.Ordinal);

        Assert.True((await AskAsync(Hint(OAuthApp.Scope))).IsAsking);
        Assert.True((await AskAsync(parameters =>
        {
            Hint("atproto")(parameters);
            parameters["prompt"] = "consent";
        })).IsAsking);

        foreach (var app in await _server.InvokeAsync<IReadOnlyList<ConnectedApp>>(new ListConnectedApps(_alice.Did)))
        {
            await _server.InvokeAsync<bool>(new RevokeApp(_alice.Did, app.SessionId));
        }

        Assert.True((await AskAsync(Hint("atproto"))).IsAsking);
    }

    [Fact]
    public async Task Prompt_none_gives_a_code_to_whom_consent_was_given_and_otherwise_says_what_is_missing()
    {
        Assert.Equal("login_required", (await AskSilentlyAsync(null)).Answer("error"));
        Assert.Equal("consent_required", (await AskSilentlyAsync(_alice.Did.Value)).Answer("error"));

        await _app.SignInAsync(_browser, _alice);

        Assert.StartsWith("cod-", (await AskSilentlyAsync(_alice.Handle.Value)).Answer("code"), StringComparison.Ordinal);
        Assert.Equal("login_required", (await AskSilentlyAsync("somebody.test")).Answer("error"));
        var elsewhere = await TestBrowser.StartAsync(_server);
        Assert.Equal("login_required", (await AskSilentlyAsync(_alice.Did.Value, elsewhere)).Answer("error"));
    }

    [Fact]
    public async Task To_select_an_account_there_has_to_be_one()
    {
        var empty = await TestBrowser.StartAsync(_server);
        var requestUri = await _app.PushGoodAsync(parameters => parameters["prompt"] = "select_account");

        Assert.Equal("account_selection_required", (await empty.OpenAsync(_app, requestUri)).Answer("error"));
    }

    [Fact]
    public async Task An_assertion_for_another_server_is_refused()
    {
        _app.Authenticate = parameters => _host.Authenticate(parameters, "https://other.example.com");

        AssertRefused("invalid_client", await _app.PushAsync());
    }

    [Fact]
    public async Task An_app_that_has_to_authenticate_and_does_not_is_refused()
    {
        _app.Authenticate = _ => { };

        AssertRefused("invalid_client", await _app.PushAsync());
    }

    [Fact]
    public async Task An_assertion_serves_once()
    {
        var assertion = _host.MakeAssertion(_app.Issuer);
        _app.Authenticate = parameters => Authenticate(parameters, assertion);
        await _app.PushGoodAsync();

        AssertRefused("invalid_grant", await _app.PushAsync());
    }

    [Fact]
    public async Task The_key_of_the_proof_is_not_that_of_the_assertion()
    {
        var reply = await _app.PostAsync("/oauth/par", new() { ["client_id"] = _app.ClientId }, _host.Key);

        AssertRefused("invalid_request", reply);
    }

    [Fact]
    public async Task What_began_with_one_key_of_the_app_does_not_go_on_with_another()
    {
        var first = _host.Key;
        var second = _host.AddKey("key-2");
        AuthenticateWith("key-1", first);
        var tokens = await _app.SignInAsync(_browser, _alice);

        AuthenticateWith("key-2", second);
        AssertRefused("invalid_grant", await _app.RefreshAsync(tokens.Refresh!));

        AuthenticateWith("key-1", first);
        AssertRefused("invalid_grant", await _app.RefreshAsync(tokens.Refresh!));
    }

    [Fact]
    public async Task An_app_that_withdraws_its_key_ends_what_began_with_it()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var server = await pds.StartServerAsync(time: time);
        using var bob = await TestAccount.CreateAsync(server);
        using var app = OAuthApp.Of(server, _host);
        app.Key.Time = time;
        var stolen = _host.Key;
        app.Authenticate = parameters => Authenticate(parameters, _host.MakeAssertion("key-1", stolen, app.Issuer, time.GetUtcNow()));
        var tokens = await app.SignInAsync(await TestBrowser.StartAsync(server, bob), bob);
        _host.AddKey("key-2");
        _host.RemoveKey("key-1");
        time.Advance(ClientDirectory.Kept);

        AssertRefused("invalid_client", await app.RefreshAsync(tokens.Refresh!));

        Assert.Empty(await server.InvokeAsync<IReadOnlyList<ConnectedApp>>(new ListConnectedApps(bob.Did)));
    }

    private Action<Dictionary<string, string?>> Hint(string scope) => parameters =>
    {
        parameters["login_hint"] = _alice.Did.Value;
        parameters["scope"] = scope;
    };

    private async Task<PageReply> AskAsync(Action<Dictionary<string, string?>> change) =>
        await _browser.OpenAsync(_app, await _app.PushGoodAsync(change));

    private async Task<PageReply> AskSilentlyAsync(string? hint, TestBrowser? browser = null) =>
        await (browser ?? _browser).OpenAsync(_app, await _app.PushGoodAsync(parameters =>
        {
            parameters["prompt"] = "none";
            parameters["login_hint"] = hint;
        }));

    private void AuthenticateWith(string keyId, DpopKey key) =>
        _app.Authenticate = parameters => Authenticate(parameters, _host.MakeAssertion(keyId, key, _app.Issuer));

    private static void Authenticate(Dictionary<string, string?> parameters, string assertion)
    {
        parameters["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        parameters["client_assertion"] = assertion;
    }

    private static void AssertRefused(string error, XrpcReply reply) => Assert.Equal((400, error), (reply.Status, reply.Error));
}
