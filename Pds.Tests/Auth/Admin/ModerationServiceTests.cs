using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using AtProto.Crypto;
using Pds.Tests.Support;

namespace Pds.Tests.Auth.Admin;

/// <summary>The moderation service moderates by tokens of its own, under either of its names, and administers nothing.</summary>
public sealed class ModerationServiceTests(PdsFixture pds) : IAsyncLifetime
{
    private const string SetStatus = "com.atproto.admin.updateSubjectStatus";

    private readonly PrivateKey _account = PrivateKey.Generate(KeyCurve.P256);
    private readonly PrivateKey _labeler = PrivateKey.Generate(KeyCurve.P256);
    private FakeService _service = null!;
    private PdsServer _server = null!;
    private TestAccount _alice = null!;

    public async ValueTask InitializeAsync()
    {
        _service = await FakeService.StartAsync();
        _service.Keys["atproto"] = _account.PublicKey;
        _service.Keys["atproto_label"] = _labeler.PublicKey;
        _server = await pds.StartServerAsync(new Dictionary<string, string> { ["PDS_MOD_SERVICE_DID"] = _service.Did.Value });
        _alice = await TestAccount.CreateAsync(_server);
    }

    public async ValueTask DisposeAsync()
    {
        _alice.Dispose();
        await _server.DisposeAsync();
        await _service.DisposeAsync();
        _account.Dispose();
        _labeler.Dispose();
    }

    [Fact]
    public async Task It_moderates_as_itself_and_as_its_labeler_and_each_signs_with_its_key()
    {
        var down = await ModerateAsync(Sign(_service.Did.Value, _account), applied: true);
        Assert.Equal("RepoTakendown", (await _server.Xrpc.QueryAsync("com.atproto.sync.getLatestCommit", ("did", _alice.Did))).Error);
        var up = await ModerateAsync(Sign($"{_service.Did}#atproto_labeler", _labeler), applied: false);
        var crossed = await ModerateAsync(Sign($"{_service.Did}#atproto_labeler", _account), applied: true);

        Assert.Equal((200, 200), (down.Status, up.Status));
        (await _server.Xrpc.QueryAsync("com.atproto.sync.getLatestCommit", ("did", _alice.Did))).Ok();
        Assert.Equal((401, "BadJwtSignature"), (crossed.Status, crossed.Error));
        using var console = await ConsoleVisit.SignInAsync(_server);
        await console.GoAsync($"/admin/audit?actor={Uri.EscapeDataString(_service.Did.Value)}");
        Assert.Contains(_alice.Did.Value, console.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Others_and_other_names_of_it_do_not()
    {
        var other = await ModerateAsync(Sign(_alice.Did.Value, _account), applied: true);
        var fragment = await ModerateAsync(Sign($"{_service.Did}#bsky_appview", _account), applied: true);
        var method = await ModerateAsync(Sign(_service.Did.Value, _account, "com.atproto.admin.sendEmail"), applied: true);

        Assert.Equal(
            ("UntrustedIss", "UntrustedIss", "BadJwtLexiconMethod"), (other.Error, fragment.Error, method.Error));
        (await _server.Xrpc.QueryAsync("com.atproto.sync.getLatestCommit", ("did", _alice.Did))).Ok();
    }

    [Fact]
    public async Task What_it_signed_once_happens_once_and_without_a_name_of_its_own_is_not_told_apart()
    {
        var token = Sign(_service.Did.Value, _account);
        var down = await ModerateAsync(token, applied: true);
        (await ModerateAsync(Sign(_service.Did.Value, _account), applied: false)).Ok();

        var again = await ModerateAsync(token, applied: true);

        Assert.Equal((200, 401, "AuthenticationRequired", "jwt was used before"), (down.Status, again.Status, again.Error, again.Message));
        (await _server.Xrpc.QueryAsync("com.atproto.sync.getLatestCommit", ("did", _alice.Did))).Ok();
        var nameless = Sign(_service.Did.Value, _account, hasId: false);
        (await ModerateAsync(nameless, applied: true)).Ok();
        (await ModerateAsync(nameless, applied: false)).Ok();
    }

    [Fact]
    public async Task What_it_signed_to_read_it_may_ask_again()
    {
        const string Method = "com.atproto.admin.getSubjectStatus";
        var token = Sign(_service.Did.Value, _account, Method);
        using var http = TestHttp.Create(_server.Url);
        var client = new XrpcClient(http) { Token = token };

        (await client.QueryAsync(Method, ("did", _alice.Did))).Ok();
        (await client.QueryAsync(Method, ("did", _alice.Did))).Ok();
    }

    [Theory]
    [InlineData("deleteAccount")]
    [InlineData("updateAccountEmail")]
    [InlineData("updateAccountHandle")]
    [InlineData("updateAccountPassword")]
    public async Task What_is_for_the_administrator_alone_is_refused_to_it(string method)
    {
        var nsid = $"com.atproto.admin.{method}";

        var reply = await CallAsync(nsid, Sign(_service.Did.Value, _account, nsid), new { did = _alice.Did, account = _alice.Did, email = "x@mail.test", handle = "x.test", password = "a password" });

        Assert.Equal((401, "AuthenticationRequired"), (reply.Status, reply.Error));
    }

    private Task<XrpcReply> ModerateAsync(string token, bool applied) => CallAsync(
        SetStatus, token,
        new
        {
            subject = new Dictionary<string, string> { ["$type"] = "com.atproto.admin.defs#repoRef", ["did"] = _alice.Did.Value },
            takedown = new { applied },
        });

    private Task<XrpcReply> CallAsync(string method, string token, object input)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/xrpc/{method}")
        {
            Content = System.Net.Http.Json.JsonContent.Create(input, new MediaTypeHeaderValue("application/json")),
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
        };
        return _server.Xrpc.SendAsync(request);
    }

    private static string Sign(string issuer, PrivateKey key, string method = SetStatus, bool hasId = true)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        return TestTokens.Sign(
            key,
            new JsonObject { ["typ"] = "JWT", ["alg"] = key.PublicKey.JwtAlgorithm },
            new JsonObject
            {
                ["iss"] = issuer, ["aud"] = "did:web:localhost", ["lxm"] = method, ["iat"] = now, ["exp"] = now + 60,
                ["jti"] = hasId ? Guid.NewGuid().ToString("N") : null,
            });
    }
}
