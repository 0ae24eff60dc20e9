using Pds.Tests.Support;

namespace Pds.Tests.Auth.OAuth.Clients;

/// <summary>Apps with a server of their own, from the pushed request to the end of the session.</summary>
public sealed class PublishedClientTests(PdsFixture pds)
{
    [Fact]
    public async Task A_public_app_signs_in_and_stays()
    {
        await using var host = await OAuthClientHost.StartAsync();
        using var app = OAuthApp.Of(await pds.GetServerAsync(), host);

        var tokens = await SignInAsync(app);

        var refreshed = OAuthTokens.Read(await app.RefreshAsync(tokens.Refresh!));
        Assert.Equal(200, (await app.GetSessionAsync(refreshed.Access)).Status);
        Assert.Equal(1, host.CountOf(OAuthClientHost.MetadataPath));
    }

    [Fact]
    public async Task A_confidential_app_whose_keys_are_elsewhere_proves_itself_at_each_step()
    {
        await using var host = await OAuthClientHost.StartConfidentialAsync(keysApart: true);
        using var app = OAuthApp.Of(await pds.GetServerAsync(), host);

        var tokens = await SignInAsync(app);

        var refreshed = OAuthTokens.Read(await app.RefreshAsync(tokens.Refresh!));
        Assert.Equal(200, (await app.RevokeAsync(refreshed.Refresh!)).Status);
        Assert.Equal("invalid_token", (await app.GetSessionAsync(refreshed.Access)).Error);
    }

    [Fact]
    public async Task The_person_is_sent_back_to_the_app()
    {
        await using var host = await OAuthClientHost.StartAsync();
        var server = await pds.GetServerAsync();
        using var app = OAuthApp.Of(server, host);
        var account = await pds.CreateAccountAsync();
        var browser = await TestBrowser.StartAsync(server, account);
        var requestUri = await app.PushGoodAsync();
        await browser.OpenAsync(app, requestUri);
        await browser.ChooseAsync(app, requestUri, account.Did);
        await app.ApproveAsync(browser, requestUri);

        var location = (await browser.OpenAsync(app, requestUri)).Reply.Header("Location")!;
        using var http = TestHttp.Create(new Uri(host.Origin));
        (await http.GetAsync(location, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();

        var answer = await host.WaitForCallbackAsync();
        Assert.Equal((app.Issuer, "the state"), (answer["iss"], answer["state"]));
        OAuthTokens.Read(await app.ExchangeAsync(answer["code"]));
    }

    [Fact]
    public async Task An_app_without_the_refresh_grant_gets_no_refresh_token()
    {
        await using var host = await OAuthClientHost.StartAsync();
        host.Metadata.Remove("grant_types");
        using var app = OAuthApp.Of(await pds.GetServerAsync(), host);

        Assert.Null((await SignInAsync(app)).Refresh);
    }

    [Fact]
    public async Task A_scope_that_the_app_does_not_declare_is_refused()
    {
        await using var host = await OAuthClientHost.StartAsync();
        host.Metadata["scope"] = "atproto";
        using var app = OAuthApp.Of(await pds.GetServerAsync(), host);

        Assert.Equal("invalid_scope", (await app.PushAsync()).Error);
    }

    private static async Task<OAuthTokens> SignInAsync(OAuthApp app)
    {
        var account = await TestAccount.CreateAsync(app.Server, null);
        var browser = await TestBrowser.StartAsync(app.Server, account);
        return await app.SignInAsync(browser, account);
    }
}
