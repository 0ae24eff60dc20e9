using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Pds.Modules.Auth.OAuth.Keys;
using Pds.Tests.Support;

namespace Pds.Tests.Auth.OAuth;

public sealed class OAuthReplicaTests(PdsFixture pds)
{
    [Fact]
    public async Task Two_servers_on_one_database_are_one()
    {
        var database = await PdsFixture.CreateDatabaseAsync();
        var name = new Dictionary<string, string> { ["PDS_PORT"] = "2583" };
        await using var one = await pds.StartServerAsync(name, database: database);
        await using var other = await pds.StartServerAsync(name, database: database);
        using var alice = await TestAccount.CreateAsync(one);
        using var app = OAuthApp.OnLoopback(one, publicPort: 2583);
        var browser = await TestBrowser.StartAsync(one, alice);

        var requestUri = await app.PushGoodAsync(at: other);
        await browser.OpenAsync(app, requestUri);
        Assert.True(await browser.ChooseAsync(app, requestUri, alice.Did));
        await app.ApproveAsync(browser, requestUri);
        var code = (await browser.OpenAsync(app, requestUri, at: other)).Answer("code");
        var first = OAuthTokens.Read(await app.ExchangeAsync(code));
        var second = OAuthTokens.Read(await app.RefreshAsync(first.Refresh!, at: other));

        (await app.GetSessionAsync(second.Access)).Ok();
        (await app.GetSessionAsync(second.Access, at: other)).Ok();
        await Eventually.TrueAsync(async () => (await app.GetSessionAsync(first.Access)).Status == 401);

        (await app.RevokeAsync(second.Access)).Ok();

        await Eventually.TrueAsync(async () => (await app.GetSessionAsync(second.Access, at: other)).Status == 401);
    }

    [Fact]
    public async Task A_change_of_keys_signs_nobody_out()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var server = await pds.StartServerAsync(time: time);
        using var alice = await TestAccount.CreateAsync(server);
        using var app = OAuthApp.OnLoopback(server);
        app.Key.Time = time;
        var browser = await TestBrowser.StartAsync(server, alice);
        var tokens = await app.SignInAsync(browser, alice);
        var ring = server.Services.GetRequiredService<KeyRing>();
        var old = ring.Current.Kid;

        await ring.RotateAsync(TestContext.Current.CancellationToken);
        time.Advance(KeyRing.Ahead);

        Assert.NotEqual(old, ring.Current.Kid);
        (await app.GetSessionAsync(tokens.Access)).Ok();
        var next = OAuthTokens.Read(await app.RefreshAsync(tokens.Refresh!));
        (await app.GetSessionAsync(next.Access)).Ok();
        Assert.DoesNotContain(old, System.Text.Encoding.UTF8.GetString(
            System.Buffers.Text.Base64Url.DecodeFromChars(next.Access.Split('.')[0])), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_of_an_app_that_does_not_authenticate_ends_after_two_weeks_and_its_last_token_with_it()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var server = await pds.StartServerAsync(time: time);
        using var alice = await TestAccount.CreateAsync(server);
        using var app = OAuthApp.OnLoopback(server);
        app.Key.Time = time;
        var browser = await TestBrowser.StartAsync(server, alice);
        var tokens = await app.SignInAsync(browser, alice);

        time.Advance(TimeSpan.FromDays(14) - TimeSpan.FromMinutes(5));
        var last = OAuthTokens.Read(await app.RefreshAsync(tokens.Refresh!));
        Assert.Equal(300, last.ExpiresIn);
        time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal("invalid_grant", (await app.RefreshAsync(last.Refresh!)).Error);
        Assert.Equal("invalid_token", (await app.GetSessionAsync(last.Access)).Error);
    }
}
