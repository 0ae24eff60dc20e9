using System.Web;
using AtProto;
using Pds.Contracts.Auth;

namespace Pds.Tests.Support;

/// <summary>A browser, known to the server by its cookie, in which accounts are signed in.</summary>
public sealed class TestBrowser
{
    /// <summary>The name of the cookie by which a browser is known; over TLS it has the prefix <c>__Host-</c>.</summary>
    public const string CookieName = "device";

    private const string UserAgent = "a browser of the tests";
    private const string Address = "127.0.0.1";

    private readonly PdsServer _server;
    private string? _cookie;

    private TestBrowser(PdsServer server) => _server = server;

    /// <summary>How the server calls it.</summary>
    public string DeviceId { get; private set; } = "";

    /// <summary>Opens a browser and signs accounts in, with their passwords.</summary>
    public static async Task<TestBrowser> StartAsync(PdsServer server, params TestAccount[] accounts)
    {
        var browser = new TestBrowser(server);
        var device = await server.InvokeAsync<OpenedDevice>(new OpenDevice(null, UserAgent, Address));
        (browser.DeviceId, browser._cookie) = (device.DeviceId, device.NewCookie);
        foreach (var account in accounts)
        {
            await browser.SignInAsync(account);
        }

        return browser;
    }

    /// <summary>Signs an account in with its password.</summary>
    public async Task SignInAsync(TestAccount account)
    {
        // Many tests sign in from one machine; each of theirs is another.
        var address = $"test-{DeviceId}";
        var result = await _server.InvokeAsync<SignInResult>(
            new SignIn(DeviceId, address, account.Handle.Value, account.Password, Remember: true));
        Assert.Equal(account.Did, result.Did);
    }

    /// <summary>Goes to the authorization page.</summary>
    public async Task<PageReply> OpenAsync(
        OAuthApp app, string requestUri, PdsServer? at = null, (string Name, string Value)? header = null)
    {
        var request = new HttpRequestMessage(
            HttpMethod.Get, $"/oauth/authorize?client_id={Uri.EscapeDataString(app.ClientId)}&request_uri={Uri.EscapeDataString(requestUri)}");
        request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        request.Headers.Add("Cookie", $"{CookieName}={_cookie}; __Host-{CookieName}={_cookie}");
        if (header is { } extra)
        {
            request.Headers.Add(extra.Name, extra.Value);
        }

        var reply = await (at ?? _server).Xrpc.SendAsync(request);
        if (reply.Headers.TryGetValues("Set-Cookie", out var cookies)
            && cookies.Select(cookie => cookie.Split('=', ';')).LastOrDefault(cookie => cookie is [CookieName, { Length: > 0 }, ..]) is { } changed)
        {
            _cookie = changed[1];
        }

        return new PageReply(reply);
    }

    /// <summary>Chooses who answers a request.</summary>
    public Task<bool> ChooseAsync(OAuthApp app, string requestUri, Did did) =>
        _server.InvokeAsync<bool>(new ChooseAccount(app.ClientId, requestUri, DeviceId, did));
}

/// <summary>What the authorization page answered.</summary>
public sealed record PageReply(XrpcReply Reply)
{
    /// <summary>Whether the browser was led on to a page where the person has something to do.</summary>
    public bool IsAsking => Reply.Status is 302 or 303 && Reply.Header("Location")!.StartsWith("/oauth/", StringComparison.Ordinal);

    /// <summary>A parameter of the answer to the app; fails the test when the browser was not sent back.</summary>
    public string Answer(string name)
    {
        Assert.True(Reply.Status == 303, Reply.ToString());
        var location = Reply.Header("Location")!;
        return HttpUtility.ParseQueryString(location[(location.IndexOfAny(['?', '#']) + 1)..])[name] ?? "";
    }
}
