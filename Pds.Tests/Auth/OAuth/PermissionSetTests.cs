using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AtProto;
using Pds.Contracts.Auth;
using Pds.Contracts.Identity;
using Pds.Tests.Support;

namespace Pds.Tests.Auth.OAuth;

public sealed class PermissionSetTests(PdsFixture pds) : IAsyncLifetime
{
    private const string Audience = "did:web:api.example.com%23svc";

    private readonly string _namespace = $"com.example.u{RandomNumberGenerator.GetHexString(14, lowercase: true)}";
    private PdsServer _server = null!;
    private TestAccount _author = null!;
    private TestAccount _alice = null!;
    private TestBrowser _browser = null!;

    private Nsid Set => Nsid.Parse($"{_namespace}.authBasic");

    private string Include => $"include:{Set}?aud={Audience}";

    public async ValueTask InitializeAsync()
    {
        _author = await pds.CreateAccountAsync();
        _server = await pds.StartServerAsync(new Dictionary<string, string> { ["PDS_LEXICON_AUTHORITY_DID"] = _author.Did.Value });
        _alice = await TestAccount.CreateAsync(_server);
        _browser = await TestBrowser.StartAsync(_server, _alice);
    }

    public async ValueTask DisposeAsync()
    {
        _author.Dispose();
        _alice.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_set_that_cannot_be_had_cannot_be_asked_for()
    {
        using var app = AppFor(Include);

        var reply = await app.PushAsync(parameters => parameters["scope"] = $"atproto {Include}");

        Assert.Equal((400, "invalid_scope"), (reply.Status, reply.Error));
    }

    [Fact]
    public async Task A_request_cannot_name_sets_without_end()
    {
        var many = string.Join(' ', Enumerable.Range(0, 17).Select(i => $"include:{_namespace}.auth{(char)('A' + i)}"));
        using var app = AppFor(many);

        var reply = await app.PushAsync(parameters => parameters["scope"] = $"atproto {many}");

        Assert.Equal((400, "invalid_scope"), (reply.Status, reply.Error));
    }

    [Fact]
    public async Task The_person_is_told_what_a_set_says_of_itself_in_their_language()
    {
        await PublishAsync("event");
        using var app = AppFor(Include);
        var requestUri = await app.PushGoodAsync(parameters => parameters["scope"] = $"atproto {Include}");
        await _browser.OpenAsync(app, requestUri);

        var inGerman = await DescribeAsync(app, requestUri, "de-AT");
        var inFrench = await DescribeAsync(app, requestUri, "fr");

        Assert.Equal((Include, Set.Value, "Kalender", "All that is needed"), (inGerman.Scope, inGerman.Nsid, inGerman.Title, inGerman.Detail));
        Assert.Equal("Calendar", inFrench.Title);
        Assert.Equal([$"repo:{_namespace}.event", $"rpc:{_namespace}.list?aud={Audience}"], inFrench.Permissions);
    }

    [Fact]
    public async Task A_token_may_do_what_the_set_contains_when_it_is_made()
    {
        await PublishAsync("event");
        using var app = AppFor(Include);
        var first = await SignInAsync(app, Include);
        Assert.Equal($"atproto repo:{_namespace}.event rpc:{_namespace}.list?aud={Audience}", first.Scope);
        Assert.Equal(200, (await WriteAsync(app, first, "event")).Status);
        Assert.Equal((403, "ScopeMissingError"), Outcome(await WriteAsync(app, first, "reply")));

        await PublishAsync("event", "reply");
        await _server.InvokeAsync<ResolvedLexicon?>(new ResolveLexicon(Set, Fresh: true));
        Assert.Equal((403, "ScopeMissingError"), Outcome(await WriteAsync(app, first, "reply")));
        var second = OAuthTokens.Read(await app.RefreshAsync(first.Refresh!));

        Assert.Equal(200, (await WriteAsync(app, second, "reply")).Status);
        var connected = Assert.Single(await _server.InvokeAsync<IReadOnlyList<ConnectedApp>>(new ListConnectedApps(_alice.Did)));
        Assert.Equal(["atproto", Include], connected.Scopes);
    }

    [Fact]
    public async Task A_token_stays_short_however_much_a_set_contains()
    {
        const string Full = "include:app.bsky.authFullApp?aud=did:web:api.bsky.app%23bsky_appview";
        using var app = AppFor(Full);

        var tokens = await SignInAsync(app, Full);

        Assert.InRange(tokens.Scope.Length, 4000, 16000);
        Assert.InRange(tokens.Access.Length, 500, 3000);
        Assert.Equal(200, (await WriteAsync(app, tokens, "app.bsky.feed.post", Records.Post("hello"))).Status);
        Assert.Equal((403, "ScopeMissingError"), Outcome(await WriteAsync(app, tokens, "event")));
    }

    private OAuthApp AppFor(string scope) => OAuthApp.OnLoopback(_server, $"atproto {scope}");

    private async Task<OAuthTokens> SignInAsync(OAuthApp app, string scope)
    {
        var code = await app.GetCodeAsync(_browser, _alice, parameters => parameters["scope"] = $"atproto {scope}", "atproto", scope);
        return OAuthTokens.Read(await app.ExchangeAsync(code));
    }

    private async Task<PermissionSetView> DescribeAsync(OAuthApp app, string requestUri, string language)
    {
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(language);
        var pending = await _server.InvokeAsync<PendingAuthorization?>(new GetAuthorization(app.ClientId, requestUri, _browser.DeviceId));
        return Assert.Single(pending!.PermissionSets);
    }

    private Task<XrpcReply> WriteAsync(OAuthApp app, OAuthTokens tokens, string name) => WriteAsync(
        app, tokens, $"{_namespace}.{name}", new JsonObject { ["$type"] = $"{_namespace}.{name}" });

    private Task<XrpcReply> WriteAsync(OAuthApp app, OAuthTokens tokens, string collection, JsonObject record)
    {
        var input = new JsonObject { ["repo"] = _alice.Did.Value, ["collection"] = collection, ["record"] = record }.ToJsonString();
        return app.Key.SendAsync(
            _server.Xrpc, HttpMethod.Post, "/xrpc/com.atproto.repo.createRecord", tokens.Access, app.Issuer,
            () => new StringContent(input, new MediaTypeHeaderValue("application/json")));
    }

    private async Task PublishAsync(params string[] collections)
    {
        var permissions = new JsonArray(
            new JsonObject
            {
                ["type"] = "permission",
                ["resource"] = "repo",
                ["collection"] = new JsonArray([.. collections.Select(name => JsonValue.Create($"{_namespace}.{name}"))]),
            },
            new JsonObject { ["type"] = "permission", ["resource"] = "rpc", ["lxm"] = new JsonArray($"{_namespace}.list"), ["inheritAud"] = true },
            new JsonObject { ["type"] = "permission", ["resource"] = "repo", ["collection"] = new JsonArray("app.bsky.feed.post") });
        (await _author.PutRecordAsync(
            new JsonObject
            {
                ["$type"] = "com.atproto.lexicon.schema",
                ["lexicon"] = 1,
                ["id"] = Set.Value,
                ["defs"] = new JsonObject
                {
                    ["main"] = new JsonObject
                    {
                        ["type"] = "permission-set",
                        ["title"] = "Calendar",
                        ["title:lang"] = new JsonObject { ["de"] = "Kalender" },
                        ["detail"] = "All that is needed",
                        ["permissions"] = permissions,
                    },
                },
            },
            "com.atproto.lexicon.schema",
            Set.Value)).Ok();
    }

    private static (int Status, string? Error) Outcome(XrpcReply reply) => (reply.Status, reply.Error);
}
