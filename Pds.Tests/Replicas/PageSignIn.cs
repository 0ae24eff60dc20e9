using System.Web;
using Pds.Tests.Support;
using Pds.Tests.Web;

namespace Pds.Tests.Replicas;

/// <summary>Somebody who signs in to an app with a browser, in steps between which anything may happen to the servers.</summary>
internal sealed class PageSignIn(Uri entry, TestAccount account) : IDisposable
{
    private readonly XrpcClient _client = new(TestHttp.Create(entry));
    private readonly PageVisitor _visitor = new(entry) { Insists = true };
    private OAuthApp? _app;

    private OAuthApp App => _app ??= OAuthApp.OnLoopback(_client);

    /// <summary>Signs in.</summary>
    /// <param name="betweenAsync">Called between any two steps.</param>
    /// <returns>The tokens, once refreshed.</returns>
    public async Task<OAuthTokens> RunAsync(Func<Task> betweenAsync)
    {
        var pushed = await InsistAsync(() => App.PushAsync());
        var requestUri = pushed.Json.GetProperty("request_uri").GetString()!;
        await betweenAsync();

        await _visitor.GoAsync(
            $"/oauth/authorize?client_id={Uri.EscapeDataString(App.ClientId)}&request_uri={Uri.EscapeDataString(requestUri)}");
        await betweenAsync();
        await _visitor.PressAsync(
            "Sign in", ("identifier", account.Handle.Value), ("password", account.Password), ("remember", "true"));
        await betweenAsync();
        await _visitor.PressAsync("Authorize");
        var location = _visitor.Answer.Headers.Location;
        Assert.True(location is not null, _visitor.Html);
        var code = HttpUtility.ParseQueryString(location.Query)["code"]!;
        await betweenAsync();

        var first = OAuthTokens.Read(await InsistAsync(() => App.ExchangeAsync(code)));
        await betweenAsync();
        return OAuthTokens.Read(await InsistAsync(() => App.RefreshAsync(first.Refresh!)));
    }

    /// <summary>Asks with a token who is signed in.</summary>
    public Task<XrpcReply> GetSessionAsync(OAuthTokens tokens) => InsistAsync(() => App.GetSessionAsync(tokens.Access));

    public void Dispose()
    {
        _app?.Dispose();
        _visitor.Dispose();
        _client.Http.Dispose();
    }

    private static async Task<XrpcReply> InsistAsync(Func<Task<XrpcReply>> askAsync)
    {
        XrpcReply? reply = null;
        await Eventually.TrueAsync(async () => (reply = await askAsync()).Status < 500);
        return reply!;
    }
}
