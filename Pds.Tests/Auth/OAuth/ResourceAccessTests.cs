using System.Text.Json.Nodes;
using AtProto.Crypto;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pds.Modules.Auth.OAuth.Keys;
using Pds.Modules.Auth.OAuth.Proofs;
using Pds.Tests.Support;

namespace Pds.Tests.Auth.OAuth;

public sealed class ResourceAccessTests(PdsFixture pds) : IAsyncLifetime
{
    private const string Session = "/xrpc/com.atproto.server.getSession";
    private const string AppPasswords = "/xrpc/com.atproto.server.listAppPasswords";

    private static readonly string Algorithms = string.Join(' ', ProofAlgorithm.Names);

    private readonly DpopKey _key = DpopKey.Create();
    private PdsServer _server = null!;
    private TestAccount _account = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await pds.GetServerAsync();
        _account = await pds.CreateAccountAsync();
    }

    public ValueTask DisposeAsync()
    {
        _key.Dispose();
        _account.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_token_with_its_proof_calls_for_the_account()
    {
        var reply = await _key.SendAsync(_server.Xrpc, HttpMethod.Get, Session, Mint());

        Assert.Equal(_account.Did.Value, reply.Ok().Json.GetProperty("did").GetString());
        Assert.Equal(_server.Services.GetRequiredService<DpopNonces>().Next(), reply.Header("DPoP-Nonce"));
        Assert.Contains("DPoP-Nonce, WWW-Authenticate", reply.Header("Access-Control-Expose-Headers")!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_nonce_one_is_given_and_asked_for()
    {
        var token = Mint();

        var reply = await CallAsync(token, _key.Prove("GET", Url(Session), token));

        Assert.Equal(
            $"DPoP algs=\"{Algorithms}\", error=\"use_dpop_nonce\", error_description=\"Resource server requires nonce in DPoP proof\"",
            reply.Header("WWW-Authenticate"));
        Assert.Equal((401, "use_dpop_nonce"), (reply.Status, reply.Error));
        Assert.NotNull(reply.Header("DPoP-Nonce"));
        Assert.Contains("DPoP-Nonce, WWW-Authenticate", reply.Header("Access-Control-Expose-Headers")!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_without_a_proof_is_refused() =>
        AssertRefused(await CallAsync(Mint()), "invalid_dpop_proof", "DPoP proof missing");

    [Fact]
    public async Task A_replayed_proof_is_refused()
    {
        var token = Mint();
        var proof = Prove(token);
        (await CallAsync(token, proof)).Ok();

        AssertRefused(await CallAsync(token, proof), "invalid_dpop_proof", "DPoP proof replayed");
    }

    [Fact]
    public async Task Two_proofs_are_refused()
    {
        var token = Mint();

        AssertRefused(await CallAsync(token, Prove(token), Prove(token)), "invalid_dpop_proof", "Several DPoP headers");
    }

    [Fact]
    public async Task A_proof_for_another_token_is_refused() =>
        AssertRefused(await CallAsync(Mint(), Prove(Mint())), "invalid_dpop_proof", "DPoP ath mismatch");

    [Fact]
    public async Task A_proof_by_another_key_is_refused()
    {
        using var other = DpopKey.Create();

        var reply = await other.SendAsync(_server.Xrpc, HttpMethod.Get, Session, Mint());

        AssertRefused(reply, "invalid_token", "DPoP proof is not of the key that the token is bound to");
    }

    public static TheoryData<string, Action<JsonObject>> Spoilt => new()
    {
        { "another issuer", claims => claims["iss"] = "https://other.example.com" },
        { "another audience", claims => claims["aud"] = "did:web:other.example.com" },
        { "no scope atproto", claims => claims["scope"] = "transition:generic atproto2" },
        { "no scope", claims => claims.Remove("scope") },
        { "no account", claims => claims["sub"] = "alice.test" },
        { "no client", claims => claims.Remove("client_id") },
        { "no session", claims => claims.Remove("sid") },
        { "no generation", claims => claims["gen"] = "0" },
        { "no key", claims => claims.Remove("cnf") },
        { "a key of another kind", claims => claims["cnf"] = new JsonObject { ["x5t#S256"] = "A" } },
        { "too long a life", claims => claims["exp"] = claims["iat"]!.GetValue<long>() + 901 },
        { "no end", claims => claims.Remove("exp") },
    };

    [Theory]
    [MemberData(nameof(Spoilt), DisableDiscoveryEnumeration = true)]
    public async Task A_token_with_wrong_claims_is_refused(string what, Action<JsonObject> spoil)
    {
        Assert.NotEmpty(what);
        AssertRefused(await SendAsync(Mint(spoil)), "invalid_token", "Token could not be verified");
    }

    [Fact]
    public async Task An_audience_among_others_is_good() => (await SendAsync(Mint(claims =>
        claims["aud"] = new JsonArray("did:web:other.example.com", claims["aud"]!.GetValue<string>())))).Ok();

    [Fact]
    public async Task An_expired_token_is_refused() => AssertRefused(
        await SendAsync(Mint(claims =>
        {
            claims["iat"] = claims["iat"]!.GetValue<long>() - 900;
            claims["exp"] = claims["iat"]!.GetValue<long>() + 900;
        })),
        "invalid_token",
        "Token expired");

    public static TheoryData<string, string> Headers => new()
    {
        { "typ", "JWT" }, { "typ", "dpop+jwt" }, { "alg", "HS256" }, { "alg", "none" }, { "kid", "unknown" },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public async Task A_token_of_another_form_is_refused(string name, string value) => AssertRefused(
        await SendAsync(TestTokens.Mint(_server, _account.Did, _key.Jkt, header: header => header[name] = value)),
        "invalid_token",
        "Token could not be verified");

    [Fact]
    public async Task A_token_signed_by_another_key_is_refused()
    {
        var kid = _server.Services.GetRequiredService<KeyRing>().Current.Kid;
        using var forger = PrivateKey.Generate(KeyCurve.P256);
        var header = new JsonObject { ["typ"] = "at+jwt", ["alg"] = "ES256", ["kid"] = kid };

        var reply = await SendAsync(TestTokens.Sign(forger, header, new JsonObject { ["sub"] = _account.Did.Value }));

        AssertRefused(reply, "invalid_token", "Token could not be verified");
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("a.b.c")]
    [InlineData("eyJraWQiOiJcdWQ4MDAifQ.e30.AAAA")]
    [InlineData("eyJraWQiOiL_In0.e30.AAAA")]
    public async Task What_is_no_token_is_refused(string token) =>
        AssertRefused(await SendAsync(token), "invalid_token", "Malformed token");

    [Fact]
    public async Task A_session_token_is_no_access_token() =>
        AssertRefused(await SendAsync(_account.Token!), "invalid_token", "Token could not be verified");

    [Fact]
    public async Task An_access_token_is_no_bearer_token()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, Session);
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {Mint()}");

        var reply = await _server.Xrpc.SendAsync(request);

        Assert.Equal((400, "InvalidToken"), (reply.Status, reply.Error));
    }

    [Fact]
    public async Task A_method_for_sessions_only_is_forbidden()
    {
        var reply = await _key.SendAsync(_server.Xrpc, HttpMethod.Get, AppPasswords, Mint());

        Assert.Equal(
            (403, "Forbidden", "OAuth credentials are not supported for this endpoint"), (reply.Status, reply.Error, reply.Message));
        Assert.NotNull(reply.Header("DPoP-Nonce"));
    }

    [Theory]
    [InlineData("com.atproto.server.createInviteCode", "AuthenticationRequired")]
    [InlineData("com.atproto.server.refreshSession", "AuthMissing")]
    public async Task Where_no_session_of_an_account_is_meant_it_does_not_count(string nsid, string error)
    {
        var reply = await _key.SendAsync(_server.Xrpc, HttpMethod.Post, $"/xrpc/{nsid}", Mint());

        Assert.Equal((401, error), (reply.Status, reply.Error));
    }

    [Fact]
    public async Task Without_credentials_a_method_says_what_it_takes()
    {
        var reply = await _server.Xrpc.QueryAsync("com.atproto.server.getSession");

        Assert.Equal((401, "AuthMissing"), (reply.Status, reply.Error));
        Assert.Equal(
            $"DPoP algs=\"{Algorithms}\", resource_metadata=\"{Url("/.well-known/oauth-protected-resource")}\",Bearer",
            reply.Header("WWW-Authenticate"));
    }

    [Fact]
    public async Task Without_credentials_a_method_for_sessions_says_nothing_of_OAuth() =>
        Assert.Null((await _server.Xrpc.QueryAsync("com.atproto.server.listAppPasswords")).Header("WWW-Authenticate"));

    [Fact]
    public async Task An_account_that_was_taken_down_is_refused_where_that_is_asked()
    {
        var token = Mint();
        await using var command = _server.Services.GetRequiredService<NpgsqlDataSource>()
            .CreateCommand("UPDATE auth.account SET takedown_ref = 'test' WHERE did = $1");
        command.Parameters.AddWithValue(_account.Did.Value);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        var reply = await _key.SendAsync(_server.Xrpc, HttpMethod.Post, "/xrpc/com.atproto.repo.uploadBlob", token);

        Assert.Equal((401, "AccountTakedown"), (reply.Status, reply.Error));
    }

    private string Mint(Action<JsonObject>? claims = null) => TestTokens.Mint(_server, _account.Did, _key.Jkt, claims: claims);

    private string Prove(string token) =>
        _key.Prove("GET", Url(Session), token, _server.Services.GetRequiredService<DpopNonces>().Next());

    private string Url(string path) => $"http://localhost:{_server.Url.Port}{path}";

    private Task<XrpcReply> SendAsync(string token) => _key.SendAsync(_server.Xrpc, HttpMethod.Get, Session, token);

    private Task<XrpcReply> CallAsync(string token, params string[] proofs)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, Session);
        request.Headers.TryAddWithoutValidation("Authorization", $"DPoP {token}");
        foreach (var proof in proofs)
        {
            request.Headers.TryAddWithoutValidation("DPoP", proof);
        }

        return _server.Xrpc.SendAsync(request);
    }

    private static void AssertRefused(XrpcReply reply, string error, string description)
    {
        Assert.Equal((401, error, description), (reply.Status, reply.Error, reply.Message));
        Assert.Equal(
            $"DPoP error=\"{error}\", error_description=\"{description}\", algs=\"{Algorithms}\"", reply.Header("WWW-Authenticate"));
        Assert.NotNull(reply.Header("DPoP-Nonce"));
    }
}
