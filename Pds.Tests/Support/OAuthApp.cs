using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using AtProto;
using Pds.Contracts.Auth;

namespace Pds.Tests.Support;

/// <summary>
/// An app that signs people in: one on the person's own machine, unless a test says otherwise. It does what a client library
/// does, step by step, so that a test can spoil each step.
/// </summary>
public sealed class OAuthApp : IDisposable
{
    public const string Scope = "atproto transition:generic";

    private const string LoopbackRedirect = "http://127.0.0.1:8080/callback";

    private readonly PdsServer? _server;
    private readonly XrpcClient _entry;

    public OAuthApp(PdsServer server, string clientId, string redirectUri) : this(server.Xrpc, clientId, redirectUri, server.Url.Port) =>
        _server = server;

    private OAuthApp(XrpcClient entry, string clientId, string redirectUri, int publicPort) =>
        (_entry, ClientId, RedirectUri, PublicPort) = (entry, clientId, redirectUri, publicPort);

    public PdsServer Server => _server ?? throw new InvalidOperationException("This app knows its server by address alone.");

    public string ClientId { get; }

    public string RedirectUri { get; }

    /// <summary>The key that its tokens are bound to.</summary>
    public DpopKey Key { get; } = DpopKey.Create();

    /// <summary>Of the request that was pushed last.</summary>
    public string Verifier { get; private set; } = "";

    /// <summary>Adds what the app proves itself with to the parameters of a request; nothing unless it authenticates.</summary>
    public Action<Dictionary<string, string?>> Authenticate { get; set; } = _ => { };

    /// <summary>What the server calls itself.</summary>
    public string Issuer => $"http://localhost:{PublicPort}";

    /// <summary>The port of the server's public address; its own unless several share one.</summary>
    public int PublicPort { get; private init; }

    public static OAuthApp OnLoopback(PdsServer server, string scope = Scope, int? publicPort = null) =>
        new(server, LoopbackId(scope), LoopbackRedirect) { PublicPort = publicPort ?? server.Url.Port };

    /// <summary>One that knows nothing of the server but its address, as all apps of the world.</summary>
    public static OAuthApp OnLoopback(XrpcClient entry) => new(entry, LoopbackId(Scope), LoopbackRedirect, entry.Http.BaseAddress!.Port);

    /// <summary>An app with a server of its own, which authenticates if the server publishes keys.</summary>
    public static OAuthApp Of(PdsServer server, OAuthClientHost host)
    {
        var app = new OAuthApp(server, host.ClientId, host.RedirectUri);
        if ((string?)host.Metadata["token_endpoint_auth_method"] == "private_key_jwt")
        {
            app.Authenticate = parameters => host.Authenticate(parameters, app.Issuer);
        }

        return app;
    }

    /// <summary>Pushes a request.</summary>
    /// <param name="change">Changes the parameters; a null takes one away.</param>
    public Task<XrpcReply> PushAsync(Action<Dictionary<string, string?>>? change = null, PdsServer? at = null)
    {
        Verifier = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var parameters = new Dictionary<string, string?>
        {
            ["client_id"] = ClientId,
            ["response_type"] = "code",
            ["redirect_uri"] = RedirectUri,
            ["scope"] = Scope,
            ["state"] = "the state",
            ["code_challenge"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier))),
            ["code_challenge_method"] = "S256",
        };
        change?.Invoke(parameters);
        return PostAsync("/oauth/par", parameters, at: at);
    }

    /// <summary>Pushes a good request and returns its <c>request_uri</c>.</summary>
    public async Task<string> PushGoodAsync(Action<Dictionary<string, string?>>? change = null, PdsServer? at = null)
    {
        var reply = await PushAsync(change, at);
        Assert.True(reply.Status == 201, reply.ToString());
        return reply.Json.GetProperty("request_uri").GetString()!;
    }

    /// <summary>Signs an account in: request, consent, code.</summary>
    public async Task<string> GetCodeAsync(
        TestBrowser browser, TestAccount account, Action<Dictionary<string, string?>>? change = null, params string[] scopes)
    {
        var requestUri = await PushGoodAsync(change);
        await browser.OpenAsync(this, requestUri);
        Assert.True(await browser.ChooseAsync(this, requestUri, account.Did));
        await ApproveAsync(browser, requestUri, scopes);
        return (await browser.OpenAsync(this, requestUri)).Answer("code");
    }

    /// <summary>Grants what the app asks for, or a part of it.</summary>
    public Task ApproveAsync(TestBrowser browser, string requestUri, params string[] scopes) =>
        Server.InvokeAsync(new ApproveAuthorization(
            ClientId, requestUri, browser.DeviceId, scopes.Length == 0 ? Scope.Split(' ') : scopes));

    /// <summary>Signs an account in, to the tokens.</summary>
    public async Task<OAuthTokens> SignInAsync(TestBrowser browser, TestAccount account, params string[] scopes) =>
        OAuthTokens.Read(await ExchangeAsync(await GetCodeAsync(browser, account, null, scopes)));

    public Task<XrpcReply> ExchangeAsync(string code, Action<Dictionary<string, string?>>? change = null)
    {
        var parameters = new Dictionary<string, string?>
        {
            ["client_id"] = ClientId,
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = RedirectUri,
            ["code_verifier"] = Verifier,
        };
        change?.Invoke(parameters);
        return PostAsync("/oauth/token", parameters);
    }

    public Task<XrpcReply> RefreshAsync(string refreshToken, DpopKey? key = null, PdsServer? at = null) => PostAsync(
        "/oauth/token",
        new() { ["client_id"] = ClientId, ["grant_type"] = "refresh_token", ["refresh_token"] = refreshToken },
        key, at);

    public Task<XrpcReply> RevokeAsync(string token) =>
        PostAsync("/oauth/revoke", new() { ["client_id"] = ClientId, ["token"] = token });

    /// <summary>Asks who is signed in, which every token may.</summary>
    public Task<XrpcReply> GetSessionAsync(string accessToken, PdsServer? at = null)
    {
        return Key.SendAsync(
            at?.Xrpc ?? _entry, HttpMethod.Get, "/xrpc/com.atproto.server.getSession", accessToken, Issuer);
    }

    /// <summary>Posts a form with a proof, and again when it is given a nonce.</summary>
    public async Task<XrpcReply> PostAsync(
        string path, Dictionary<string, string?> parameters, DpopKey? key = null, PdsServer? at = null)
    {
        key ??= Key;
        var reply = await PostOnceAsync();
        return reply.Error == "use_dpop_nonce" ? await PostOnceAsync() : reply;

        async Task<XrpcReply> PostOnceAsync()
        {
            Authenticate(parameters);
            var request = new HttpRequestMessage(HttpMethod.Post, path)
            {
                Content = new FormUrlEncodedContent(parameters.Where(parameter => parameter.Value is not null)!),
            };
            request.Headers.Add("DPoP", key.Prove("POST", $"{Issuer}{path}"));
            var answer = await (at?.Xrpc ?? _entry).SendAsync(request);
            key.Nonce = answer.Header("DPoP-Nonce") ?? key.Nonce;
            return answer;
        }
    }

    public void Dispose() => Key.Dispose();

    private static string LoopbackId(string scope) =>
        $"http://localhost?redirect_uri={Uri.EscapeDataString("http://127.0.0.1/callback")}&scope={Uri.EscapeDataString(scope)}";
}

/// <summary>The answer of the token endpoint.</summary>
public sealed record OAuthTokens(string Access, string? Refresh, string Scope, Did Did, string TokenType, long ExpiresIn)
{
    public static OAuthTokens Read(XrpcReply reply)
    {
        var json = reply.Ok().Json;
        return new OAuthTokens(
            json.GetProperty("access_token").GetString()!,
            json.TryGetProperty("refresh_token", out var refresh) ? refresh.GetString() : null,
            json.GetProperty("scope").GetString()!,
            Did.Parse(json.GetProperty("sub").GetString()!),
            json.GetProperty("token_type").GetString()!,
            json.GetProperty("expires_in").GetInt64());
    }
}
