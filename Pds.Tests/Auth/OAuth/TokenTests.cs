using System.Text;
using Pds.Contracts.Auth;
using Pds.Tests.Support;

namespace Pds.Tests.Auth.OAuth;

public sealed class TokenTests(PdsFixture pds) : IAsyncLifetime
{
    private PdsServer _server = null!;
    private TestAccount _alice = null!;
    private TestBrowser _browser = null!;
    private OAuthApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await pds.GetServerAsync();
        _alice = await pds.CreateAccountAsync();
        _browser = await TestBrowser.StartAsync(_server, _alice);
        _app = OAuthApp.OnLoopback(_server);
    }

    public ValueTask DisposeAsync()
    {
        _app.Dispose();
        _alice.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task An_app_gets_tokens_refreshes_them_and_gives_them_back()
    {
        var first = await _app.SignInAsync(_browser, _alice);

        Assert.Equal((_alice.Did, "DPoP", OAuthApp.Scope, 900L), (first.Did, first.TokenType, first.Scope, first.ExpiresIn));
        Assert.Matches("^ref-[0-9a-f]{64}$", first.Refresh);
        Assert.Equal(_alice.Did.Value, (await _app.GetSessionAsync(first.Access)).Ok().Json.GetProperty("did").GetString());

        var second = OAuthTokens.Read(await _app.RefreshAsync(first.Refresh!));

        Assert.Equal((401, "invalid_token"), Outcome(await _app.GetSessionAsync(first.Access)));
        (await _app.GetSessionAsync(second.Access)).Ok();

        Assert.Equal("{}", Encoding.UTF8.GetString((await _app.RevokeAsync(second.Access)).Ok().Body));
        Assert.Equal((401, "invalid_token"), Outcome(await _app.GetSessionAsync(second.Access)));
        AssertOver(await _app.RefreshAsync(second.Refresh!));
    }

    [Fact]
    public async Task A_person_may_grant_less_than_was_asked_for()
    {
        var tokens = await _app.SignInAsync(_browser, _alice, "atproto");

        Assert.Equal("atproto", tokens.Scope);
        Assert.Equal("atproto", OAuthTokens.Read(await _app.RefreshAsync(tokens.Refresh!)).Scope);
    }

    [Theory]
    [InlineData("code_verifier", "wrong-wrong-wrong-wrong-wrong-wrong-wrong-wrong")]
    [InlineData("code_verifier", "short")]
    [InlineData("code_verifier", null)]
    [InlineData("redirect_uri", "http://127.0.0.1:8081/callback")]
    [InlineData("redirect_uri", null)]
    [InlineData("client_id", "http://localhost")]
    public async Task A_code_is_lost_by_what_does_not_belong_to_it(string name, string? value)
    {
        var code = await _app.GetCodeAsync(_browser, _alice);
        Assert.Matches("^cod-[0-9a-f]{64}$", code);

        AssertOver(await _app.ExchangeAsync(code, parameters => parameters[name] = value));

        AssertOver(await _app.ExchangeAsync(code));
    }

    [Fact]
    public async Task A_code_that_comes_again_takes_back_what_it_gave_and_signs_the_browser_out()
    {
        var code = await _app.GetCodeAsync(_browser, _alice);
        var tokens = OAuthTokens.Read(await _app.ExchangeAsync(code));

        AssertOver(await _app.ExchangeAsync(code));

        Assert.Equal((401, "invalid_token"), Outcome(await _app.GetSessionAsync(tokens.Access)));
        AssertOver(await _app.RefreshAsync(tokens.Refresh!));
        var requestUri = await _app.PushGoodAsync();
        await _browser.OpenAsync(_app, requestUri);
        Assert.False(await _browser.ChooseAsync(_app, requestUri, _alice.Did));
    }

    [Fact]
    public async Task A_code_is_bound_to_the_key_that_pushed_its_request()
    {
        using var thief = DpopKey.Create();
        var code = await _app.GetCodeAsync(_browser, _alice);

        var reply = await _app.PostAsync("/oauth/token", new()
        {
            ["client_id"] = _app.ClientId,
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = _app.RedirectUri,
            ["code_verifier"] = _app.Verifier,
        }, thief);

        AssertOver(reply);
    }

    [Fact]
    public async Task A_challenge_serves_once_a_day()
    {
        string? challenge = null;
        var code = await _app.GetCodeAsync(_browser, _alice, parameters => challenge = parameters["code_challenge"]);
        var verifier = _app.Verifier;
        (await _app.ExchangeAsync(code)).Ok();
        var again = await _app.GetCodeAsync(_browser, _alice, parameters => parameters["code_challenge"] = challenge);

        AssertOver(await _app.ExchangeAsync(again, parameters => parameters["code_verifier"] = verifier));
    }

    [Fact]
    public async Task A_stolen_refresh_token_ends_the_session_when_its_owner_comes()
    {
        var tokens = await _app.SignInAsync(_browser, _alice);
        var stolen = OAuthTokens.Read(await _app.RefreshAsync(tokens.Refresh!));

        AssertOver(await _app.RefreshAsync(tokens.Refresh!));

        AssertOver(await _app.RefreshAsync(stolen.Refresh!));
        Assert.Equal((401, "invalid_token"), Outcome(await _app.GetSessionAsync(stolen.Access)));
    }

    [Fact]
    public async Task A_refresh_token_with_another_key_ends_the_session()
    {
        using var thief = DpopKey.Create();
        var tokens = await _app.SignInAsync(_browser, _alice);

        AssertOver(await _app.RefreshAsync(tokens.Refresh!, thief));

        AssertOver(await _app.RefreshAsync(tokens.Refresh!));
    }

    [Fact]
    public async Task Of_refreshes_at_once_one_succeeds_at_most_and_the_session_ends()
    {
        var tokens = await _app.SignInAsync(_browser, _alice);
        var keyed = await _app.GetSessionAsync(tokens.Access);

        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _app.RefreshAsync(tokens.Refresh!)));

        Assert.Equal(200, keyed.Status);
        Assert.True(replies.Count(reply => reply.Status == 200) <= 1);
        Assert.All(replies.Where(reply => reply.Status != 200), AssertOver);
        Assert.All(
            await Task.WhenAll(replies.Where(reply => reply.Status == 200).Select(reply => _app.RefreshAsync(OAuthTokens.Read(reply).Refresh!))),
            AssertOver);
    }

    [Theory]
    [InlineData("ref-0000")]
    [InlineData("nonsense")]
    [InlineData(null)]
    public async Task A_made_up_refresh_token_is_refused(string? token) => AssertOver(await _app.PostAsync("/oauth/token", new()
    {
        ["client_id"] = _app.ClientId,
        ["grant_type"] = "refresh_token",
        ["refresh_token"] = token,
    }));

    [Theory]
    [InlineData("password")]
    [InlineData("client_credentials")]
    [InlineData(null)]
    public async Task Other_grants_are_refused(string? grant) =>
        AssertOver(await _app.PostAsync("/oauth/token", new() { ["client_id"] = _app.ClientId, ["grant_type"] = grant }));

    [Fact]
    public async Task Tokens_are_not_given_without_a_proof()
    {
        var content = new FormUrlEncodedContent(new Dictionary<string, string> { ["client_id"] = _app.ClientId, ["grant_type"] = "refresh_token" });

        var reply = await _server.Xrpc.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/oauth/token") { Content = content });

        Assert.Equal((401, "invalid_dpop_proof"), Outcome(reply));
        Assert.NotNull(reply.Header("DPoP-Nonce"));
    }

    [Fact]
    public async Task Revoking_what_belongs_to_another_app_or_to_nobody_is_answered_alike_and_does_nothing()
    {
        using var other = new OAuthApp(_server, "http://localhost", "http://127.0.0.1/");
        var tokens = await _app.SignInAsync(_browser, _alice);

        foreach (var token in new[] { tokens.Access, tokens.Refresh!, "nonsense", "ref-" + new string('0', 64) })
        {
            Assert.Equal("{}", Encoding.UTF8.GetString((await other.RevokeAsync(token)).Ok().Body));
        }

        (await _app.GetSessionAsync(tokens.Access)).Ok();
    }

    [Fact]
    public async Task A_refresh_token_revokes_too()
    {
        var tokens = await _app.SignInAsync(_browser, _alice);

        (await _app.RevokeAsync(tokens.Refresh!)).Ok();

        Assert.Equal((401, "invalid_token"), Outcome(await _app.GetSessionAsync(tokens.Access)));
    }

    [Fact]
    public async Task The_person_sees_the_app_and_ends_it()
    {
        var tokens = await _app.SignInAsync(_browser, _alice);
        var apps = await _server.InvokeAsync<IReadOnlyList<ConnectedApp>>(new ListConnectedApps(_alice.Did));

        var app = Assert.Single(apps);
        Assert.Equal((_app.ClientId, "localhost", true), (app.Client.ClientId, app.Client.Host, app.Client.IsLoopback));
        Assert.Equal(OAuthApp.Scope.Split(' '), app.Scopes);
        using var mallory = await pds.CreateAccountAsync();
        Assert.False(await _server.InvokeAsync<bool>(new RevokeApp(mallory.Did, app.SessionId)));
        (await _app.GetSessionAsync(tokens.Access)).Ok();

        Assert.True(await _server.InvokeAsync<bool>(new RevokeApp(_alice.Did, app.SessionId)));

        Assert.Equal((401, "invalid_token"), Outcome(await _app.GetSessionAsync(tokens.Access)));
        Assert.Empty(await _server.InvokeAsync<IReadOnlyList<ConnectedApp>>(new ListConnectedApps(_alice.Did)));
    }

    private static void AssertOver(XrpcReply reply) => Assert.Equal((400, "invalid_grant"), Outcome(reply));

    private static (int Status, string? Error) Outcome(XrpcReply reply) => (reply.Status, reply.Error);
}
