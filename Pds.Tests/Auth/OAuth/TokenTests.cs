using System.Text;
using Pds.Contracts.Auth;
using Pds.Tests.Support;

namespace Pds.Tests.Auth.OAuth;

public sealed class TokenTests(PdsFixture pds) : LoopbackAppTests(pds)
{
    [Fact]
    public async Task An_app_gets_tokens_refreshes_them_and_gives_them_back()
    {
        var first = await App.SignInAsync(Browser, Alice);

        Assert.Equal((Alice.Did, "DPoP", OAuthApp.Scope, 900L), (first.Did, first.TokenType, first.Scope, first.ExpiresIn));
        Assert.Matches("^ref-[0-9a-f]{64}$", first.Refresh);
        Assert.Equal(Alice.Did.Value, (await App.GetSessionAsync(first.Access)).Ok().Json.GetProperty("did").GetString());

        var second = OAuthTokens.Read(await App.RefreshAsync(first.Refresh!));

        Assert.Equal((401, "invalid_token"), Outcome(await App.GetSessionAsync(first.Access)));
        (await App.GetSessionAsync(second.Access)).Ok();

        Assert.Equal("{}", Encoding.UTF8.GetString((await App.RevokeAsync(second.Access)).Ok().Body));
        Assert.Equal((401, "invalid_token"), Outcome(await App.GetSessionAsync(second.Access)));
        AssertOver(await App.RefreshAsync(second.Refresh!));
    }

    [Fact]
    public async Task A_person_may_grant_less_than_was_asked_for()
    {
        var tokens = await App.SignInAsync(Browser, Alice, "atproto");

        Assert.Equal("atproto", tokens.Scope);
        Assert.Equal("atproto", OAuthTokens.Read(await App.RefreshAsync(tokens.Refresh!)).Scope);
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
        var code = await App.GetCodeAsync(Browser, Alice);
        Assert.Matches("^cod-[0-9a-f]{64}$", code);

        AssertOver(await App.ExchangeAsync(code, parameters => parameters[name] = value));

        AssertOver(await App.ExchangeAsync(code));
    }

    [Fact]
    public async Task A_code_that_comes_again_takes_back_what_it_gave_and_signs_the_browser_out()
    {
        var code = await App.GetCodeAsync(Browser, Alice);
        var tokens = OAuthTokens.Read(await App.ExchangeAsync(code));

        AssertOver(await App.ExchangeAsync(code));

        Assert.Equal((401, "invalid_token"), Outcome(await App.GetSessionAsync(tokens.Access)));
        AssertOver(await App.RefreshAsync(tokens.Refresh!));
        var requestUri = await App.PushGoodAsync();
        await Browser.OpenAsync(App, requestUri);
        Assert.False(await Browser.ChooseAsync(App, requestUri, Alice.Did));
    }

    [Fact]
    public async Task A_code_is_bound_to_the_key_that_pushed_its_request()
    {
        using var thief = DpopKey.Create();
        var code = await App.GetCodeAsync(Browser, Alice);

        var reply = await App.PostAsync("/oauth/token", new()
        {
            ["client_id"] = App.ClientId,
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = App.RedirectUri,
            ["code_verifier"] = App.Verifier,
        }, thief);

        AssertOver(reply);
    }

    [Fact]
    public async Task A_challenge_serves_once_a_day()
    {
        string? challenge = null;
        var code = await App.GetCodeAsync(Browser, Alice, parameters => challenge = parameters["code_challenge"]);
        var verifier = App.Verifier;
        (await App.ExchangeAsync(code)).Ok();
        var again = await App.GetCodeAsync(Browser, Alice, parameters => parameters["code_challenge"] = challenge);

        AssertOver(await App.ExchangeAsync(again, parameters => parameters["code_verifier"] = verifier));
    }

    [Fact]
    public async Task A_stolen_refresh_token_ends_the_session_when_its_owner_comes()
    {
        var tokens = await App.SignInAsync(Browser, Alice);
        var stolen = OAuthTokens.Read(await App.RefreshAsync(tokens.Refresh!));

        AssertOver(await App.RefreshAsync(tokens.Refresh!));

        AssertOver(await App.RefreshAsync(stolen.Refresh!));
        Assert.Equal((401, "invalid_token"), Outcome(await App.GetSessionAsync(stolen.Access)));
    }

    [Fact]
    public async Task A_refresh_token_with_another_key_ends_the_session()
    {
        using var thief = DpopKey.Create();
        var tokens = await App.SignInAsync(Browser, Alice);

        AssertOver(await App.RefreshAsync(tokens.Refresh!, thief));

        AssertOver(await App.RefreshAsync(tokens.Refresh!));
    }

    [Fact]
    public async Task Of_refreshes_at_once_one_succeeds_at_most_and_the_session_ends()
    {
        var tokens = await App.SignInAsync(Browser, Alice);
        var keyed = await App.GetSessionAsync(tokens.Access);

        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => App.RefreshAsync(tokens.Refresh!)));

        Assert.Equal(200, keyed.Status);
        Assert.True(replies.Count(reply => reply.Status == 200) <= 1);
        Assert.All(replies.Where(reply => reply.Status != 200), AssertOver);
        Assert.All(
            await Task.WhenAll(replies.Where(reply => reply.Status == 200).Select(reply => App.RefreshAsync(OAuthTokens.Read(reply).Refresh!))),
            AssertOver);
    }

    [Theory]
    [InlineData("ref-0000")]
    [InlineData("nonsense")]
    [InlineData(null)]
    public async Task A_made_up_refresh_token_is_refused(string? token) => AssertOver(await App.PostAsync("/oauth/token", new()
    {
        ["client_id"] = App.ClientId,
        ["grant_type"] = "refresh_token",
        ["refresh_token"] = token,
    }));

    [Theory]
    [InlineData("password")]
    [InlineData("client_credentials")]
    [InlineData(null)]
    public async Task Other_grants_are_refused(string? grant) =>
        AssertOver(await App.PostAsync("/oauth/token", new() { ["client_id"] = App.ClientId, ["grant_type"] = grant }));

    [Fact]
    public async Task Tokens_are_not_given_without_a_proof()
    {
        var content = new FormUrlEncodedContent(new Dictionary<string, string> { ["client_id"] = App.ClientId, ["grant_type"] = "refresh_token" });

        var reply = await Server.Xrpc.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/oauth/token") { Content = content });

        Assert.Equal((401, "invalid_dpop_proof"), Outcome(reply));
        Assert.NotNull(reply.Header("DPoP-Nonce"));
    }

    [Fact]
    public async Task Revoking_what_belongs_to_another_app_or_to_nobody_is_answered_alike_and_does_nothing()
    {
        using var other = new OAuthApp(Server, "http://localhost", "http://127.0.0.1/");
        var tokens = await App.SignInAsync(Browser, Alice);

        foreach (var token in new[] { tokens.Access, tokens.Refresh!, "nonsense", "ref-" + new string('0', 64) })
        {
            Assert.Equal("{}", Encoding.UTF8.GetString((await other.RevokeAsync(token)).Ok().Body));
        }

        (await App.GetSessionAsync(tokens.Access)).Ok();
    }

    [Fact]
    public async Task A_refresh_token_revokes_too()
    {
        var tokens = await App.SignInAsync(Browser, Alice);

        (await App.RevokeAsync(tokens.Refresh!)).Ok();

        Assert.Equal((401, "invalid_token"), Outcome(await App.GetSessionAsync(tokens.Access)));
    }

    [Fact]
    public async Task The_person_sees_the_app_and_ends_it()
    {
        var tokens = await App.SignInAsync(Browser, Alice);
        var apps = await Server.InvokeAsync<IReadOnlyList<ConnectedApp>>(new ListConnectedApps(Alice.Did));

        var app = Assert.Single(apps);
        Assert.Equal((App.ClientId, "localhost", true), (app.Client.ClientId, app.Client.Host, app.Client.IsLoopback));
        Assert.Equal(OAuthApp.Scope.Split(' '), app.Scopes);
        using var mallory = await World.CreateAccountAsync();
        Assert.False(await Server.InvokeAsync<bool>(new RevokeApp(mallory.Did, app.SessionId)));
        (await App.GetSessionAsync(tokens.Access)).Ok();

        Assert.True(await Server.InvokeAsync<bool>(new RevokeApp(Alice.Did, app.SessionId)));

        Assert.Equal((401, "invalid_token"), Outcome(await App.GetSessionAsync(tokens.Access)));
        Assert.Empty(await Server.InvokeAsync<IReadOnlyList<ConnectedApp>>(new ListConnectedApps(Alice.Did)));
    }

    private static void AssertOver(XrpcReply reply) => Assert.Equal((400, "invalid_grant"), Outcome(reply));

    private static (int Status, string? Error) Outcome(XrpcReply reply) => (reply.Status, reply.Error);
}
