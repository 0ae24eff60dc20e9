using Pds.Tests.Support;

namespace Pds.Tests.Auth.OAuth;

public sealed class TokenTests(PdsFixture pds)
{
    [Fact]
    public async Task An_app_gets_tokens_refreshes_them_and_gives_them_back()
    {
        var server = await pds.GetServerAsync();
        using var alice = await pds.CreateAccountAsync();
        using var app = OAuthApp.OnLoopback(server);
        var browser = await TestBrowser.StartAsync(server, alice);

        var first = await app.SignInAsync(browser, alice);

        Assert.Equal((alice.Did, "DPoP", OAuthApp.Scope, 900L), (first.Did, first.TokenType, first.Scope, first.ExpiresIn));
        Assert.Equal(alice.Did.Value, (await app.GetSessionAsync(first.Access)).Ok().Json.GetProperty("did").GetString());

        var second = OAuthTokens.Read(await app.RefreshAsync(first.Refresh!));

        Assert.Equal((401, "invalid_token"), Outcome(await app.GetSessionAsync(first.Access)));
        (await app.GetSessionAsync(second.Access)).Ok();

        Assert.Equal("{}", System.Text.Encoding.UTF8.GetString((await app.RevokeAsync(second.Access)).Ok().Body));
        Assert.Equal((401, "invalid_token"), Outcome(await app.GetSessionAsync(second.Access)));
        Assert.Equal((400, "invalid_grant"), Outcome(await app.RefreshAsync(second.Refresh!)));
    }

    private static (int Status, string? Error) Outcome(XrpcReply reply) => (reply.Status, reply.Error);
}
