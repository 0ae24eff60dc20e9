using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using Pds.Modules.Auth.OAuth;
using Pds.Modules.Auth.OAuth.Clients;
using Pds.Modules.Auth.OAuth.Proofs;
using Pds.Tests.Support;

namespace Pds.Tests.Auth.OAuth.Clients;

public sealed class ClientAssertionTests : IAsyncLifetime
{
    private const string NotSigned = "is not signed with a key of the client that its kid names";

    private ClientBench _bench = null!;

    public static TheoryData<string> Algorithms => [.. ProofAlgorithm.Names];

    public async ValueTask InitializeAsync() => _bench = await ClientBench.StartConfidentialAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task An_assertion_proves_algorithm_key_and_its_name()
    {
        var proven = await _bench.VerifyAsync(Make());

        Assert.Equal(new ClientAssertion("ES256", "key-1", _bench.Host.Key.Jkt), proven);
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task Each_algorithm_is_good(string algorithm)
    {
        var key = _bench.Host.AddKey("another", algorithm);

        Assert.Equal(new ClientAssertion(algorithm, "another", key.Jkt), await _bench.VerifyAsync(Make()));
    }

    [Theory]
    [InlineData("JWT")]
    [InlineData("jwt")]
    [InlineData("client-authentication+jwt")]
    public Task A_typ_may_say_what_it_is(string type) => _bench.VerifyAsync(Make(header: header => header["typ"] = type));

    [Theory]
    [InlineData("dpop+jwt")]
    [InlineData("at+jwt")]
    [InlineData("")]
    public Task Another_typ_is_refused(string type) =>
        AssertRefusedAsync("has another typ than JWT", Make(header: header => header["typ"] = type));

    [Theory]
    [InlineData("")]
    [InlineData("a.b")]
    [InlineData("!.!.!")]
    [InlineData("bnVsbA.bnVsbA.AAAA")]
    [InlineData("e30.W10.AAAA")]
    [InlineData("e3.e3.AAAA")]
    [InlineData("e30.e30.AAAA.AAAA.AAAA")]
    public Task What_is_no_JWT_is_refused(string text) => AssertRefusedAsync("is not a JWT", text);

    [Theory]
    [InlineData("{\"alg\":\"ES256\",\"kid\":\"\\ud800\"}")]
    [InlineData("{\"alg\":\"ES256\",\"\\ud800\":\"\",\"kid\":\"\\udc00\"}")]
    [InlineData("{\"alg\":\"ES256\",\"kid\":\"\u00ff\"}")]
    public Task Text_that_is_none_is_refused(string header) => AssertRefusedAsync(
        "is not a JWT", $"{Base64Url.EncodeToString(Encoding.Latin1.GetBytes(header))}.e30.AAAA");

    [Fact]
    public Task An_oversized_assertion_is_refused() =>
        AssertRefusedAsync("is not a JWT", Make(claims: claims => claims["pad"] = new string('x', 8000)));

    [Theory]
    [InlineData("none")]
    [InlineData("HS256")]
    [InlineData("EdDSA")]
    [InlineData(null)]
    public Task Another_algorithm_is_refused(string? algorithm) =>
        AssertRefusedAsync("has an alg that is not supported", Make(header: header => header["alg"] = algorithm));

    [Fact]
    public Task An_algorithm_of_another_kind_of_key_is_refused() =>
        AssertRefusedAsync(NotSigned, Make(header: header => header["alg"] = "RS256"));

    [Fact]
    public Task Critical_extensions_are_refused() => AssertRefusedAsync(
        "has critical extensions, of which none is known", Make(header: header => header["crit"] = new JsonArray("b64")));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public Task A_kid_is_required(string? name) => AssertRefusedAsync("has no kid", Make(header: header => header["kid"] = name));

    [Theory]
    [InlineData("iss")]
    [InlineData("sub")]
    public async Task Issuer_and_subject_are_the_client(string claim)
    {
        await AssertRefusedAsync($"has no {claim}", Make(claims: claims => claims.Remove(claim)));
        await AssertRefusedAsync(
            $"has another {claim} than client_id", Make(claims: claims => claims[claim] = "https://other.example.com/client"));
    }

    [Theory]
    [InlineData("https://other.example.com")]
    [InlineData("https://pds.example.com/")]
    [InlineData("https://pds.example.com/oauth/token")]
    [InlineData("did:web:pds.example.com")]
    public async Task The_audience_is_the_issuer(string audience)
    {
        await AssertRefusedAsync("has another aud than the issuer", Make(claims: claims => claims["aud"] = audience));
        await AssertRefusedAsync("has another aud than the issuer", Make(claims: claims => claims["aud"] = new JsonArray(audience)));
    }

    [Fact]
    public async Task The_audience_is_required()
    {
        await AssertRefusedAsync("has no aud", Make(claims: claims => claims.Remove("aud")));
        await AssertRefusedAsync("has an aud that is no string", Make(claims: claims => claims["aud"] = 7));
        await AssertRefusedAsync("has another aud than the issuer", Make(claims: claims => claims["aud"] = new JsonArray()));
    }

    [Fact]
    public Task The_issuer_may_be_one_audience_of_several() =>
        _bench.VerifyAsync(Make(claims: claims => claims["aud"] = new JsonArray("https://other.example.com", ClientBench.Issuer)));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public Task An_id_is_required(string? id) => AssertRefusedAsync("has no jti", Make(claims: claims => claims["jti"] = id));

    [Fact]
    public async Task A_time_of_issue_is_required()
    {
        await AssertRefusedAsync("has no iat", Make(claims: claims => claims.Remove("iat")));
        await AssertRefusedAsync("has an iat that is no number", Make(claims: claims => claims["iat"] = "now"));
    }

    [Theory]
    [InlineData(-61)]
    [InlineData(61)]
    [InlineData(-100000)]
    public Task An_old_assertion_is_refused_and_one_of_the_future(int seconds) =>
        AssertRefusedAsync("has an iat more than 60 s away", Make(at: _bench.Time.GetUtcNow().AddSeconds(seconds)));

    [Theory]
    [InlineData(-60)]
    [InlineData(60)]
    public Task Clocks_may_differ_by_a_minute(int seconds) =>
        _bench.VerifyAsync(Make(at: _bench.Time.GetUtcNow().AddSeconds(seconds)));

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    public Task An_expired_assertion_is_refused(int seconds) =>
        AssertRefusedAsync("is expired", Make(claims: claims => claims["exp"] = Now + seconds));

    [Fact]
    public async Task An_end_is_honoured_but_not_required()
    {
        await _bench.VerifyAsync(Make(claims: claims => claims["exp"] = Now + 1));
        await AssertRefusedAsync("has an exp that is no number", Make(claims: claims => claims["exp"] = "never"));
    }

    [Fact]
    public Task An_assertion_that_is_not_valid_yet_is_refused() =>
        AssertRefusedAsync("is not valid yet", Make(claims: claims => claims["nbf"] = Now + 61));

    [Fact]
    public async Task An_assertion_is_good_once()
    {
        var assertion = Make();
        await _bench.VerifyAsync(assertion);

        await AssertReplayedAsync(() => _bench.VerifyAsync(assertion));
    }

    [Fact]
    public async Task An_assertion_is_good_once_for_all_replicas()
    {
        var assertion = Make();
        await _bench.VerifyAsync(assertion);
        var replica = _bench.NewDirectory();
        var client = await replica.GetAsync(_bench.Host.ClientId, TestContext.Current.CancellationToken);

        await AssertReplayedAsync(
            () => _bench.NewVerifier(replica).VerifyAsync(client, assertion, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_assertion_is_remembered_as_long_as_it_could_be_shown()
    {
        var assertion = Make(at: _bench.Time.GetUtcNow().AddSeconds(60));
        await _bench.VerifyAsync(assertion);

        _bench.Time.Advance(TimeSpan.FromSeconds(120));

        await AssertReplayedAsync(() => _bench.VerifyAsync(assertion));
    }

    [Fact]
    public async Task An_assertion_that_was_refused_is_not_used_up()
    {
        var good = Make(claims: claims => claims["jti"] = "the id");
        using var stranger = DpopKey.Create();
        await AssertRefusedAsync(NotSigned, _bench.Host.MakeAssertion(
            "key-1", stranger, ClientBench.Issuer, _bench.Time.GetUtcNow(), claims: claims => claims["jti"] = "the id"));

        await _bench.VerifyAsync(good);
    }

    [Fact]
    public async Task The_key_of_a_stranger_is_refused_whatever_its_name()
    {
        using var stranger = DpopKey.Create();

        await AssertRefusedAsync(NotSigned, _bench.Host.MakeAssertion("key-1", stranger, ClientBench.Issuer, _bench.Time.GetUtcNow()));
        await AssertRefusedAsync(NotSigned, _bench.Host.MakeAssertion("key-2", stranger, ClientBench.Issuer, _bench.Time.GetUtcNow()));
    }

    [Fact]
    public async Task A_key_in_the_header_is_not_listened_to()
    {
        using var stranger = DpopKey.Create();

        await AssertRefusedAsync(NotSigned, _bench.Host.MakeAssertion(
            "key-1", stranger, ClientBench.Issuer, _bench.Time.GetUtcNow(), header => header["jwk"] = stranger.Jwk));
    }

    [Fact]
    public async Task A_changed_assertion_is_refused()
    {
        var parts = Make().Split('.');
        var other = Make().Split('.');

        await AssertRefusedAsync(NotSigned, $"{parts[0]}.{other[1]}.{parts[2]}");
        await AssertRefusedAsync(NotSigned, $"{parts[0]}.{parts[1]}.");
    }

    [Theory]
    [InlineData("use", "enc")]
    [InlineData("alg", "ES384")]
    public async Task A_key_for_something_else_is_refused(string member, string value)
    {
        var keys = _bench.Host.PublishKeys();
        keys["keys"]![0]![member] = value;
        _bench.Host.Metadata["jwks"] = keys;

        await AssertRefusedAsync(NotSigned, Make());
    }

    [Theory]
    [InlineData("{\"kty\":\"EC\",\"kid\":\"key-1\",\"crv\":\"P-256\",\"x\":\"AAAA\",\"y\":\"AAAA\"}")]
    [InlineData("{\"kty\":\"OKP\",\"kid\":\"key-1\",\"crv\":\"Ed25519\",\"x\":\"AAAA\"}")]
    [InlineData("{\"kty\":\"RSA\",\"kid\":\"key-1\",\"n\":\"AAAA\",\"e\":\"AQAB\"}")]
    [InlineData("{\"kty\":\"EC\",\"kid\":\"key-1\"}")]
    public async Task A_key_that_is_none_is_refused(string key)
    {
        _bench.Host.Metadata["jwks"] = new JsonObject { ["keys"] = new JsonArray(JsonNode.Parse(key)) };

        await AssertRefusedAsync(NotSigned, Make());
    }

    [Fact]
    public async Task An_app_that_does_not_authenticate_has_no_keys_to_prove_anything_with()
    {
        _bench.Host.Metadata["token_endpoint_auth_method"] = "none";
        _bench.Host.Metadata.Remove("token_endpoint_auth_signing_alg");

        await AssertRefusedAsync(NotSigned, Make());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_new_key_is_found_by_asking_again(bool keysApart)
    {
        await using var bench = await ClientBench.StartConfidentialAsync(keysApart);
        await bench.GetAsync();
        var key = bench.Host.AddKey("key-2");
        bench.Time.Advance(ClientDirectory.RefreshInterval);

        var proven = await bench.VerifyAsync(bench.Host.MakeAssertion(ClientBench.Issuer, bench.Time.GetUtcNow()));

        Assert.Equal(new ClientAssertion("ES256", "key-2", key.Jkt), proven);
        Assert.Equal(2, bench.Host.CountOf(OAuthClientHost.MetadataPath));
    }

    [Fact]
    public async Task A_new_key_of_an_old_name_is_found_by_asking_again()
    {
        await _bench.GetAsync();
        _bench.Host.RemoveKey("key-1");
        var key = _bench.Host.AddKey("key-1");
        _bench.Time.Advance(ClientDirectory.RefreshInterval);

        Assert.Equal(key.Jkt, (await _bench.VerifyAsync(Make())).Jkt);
    }

    [Fact]
    public async Task A_removed_key_is_refused_once_that_is_known()
    {
        var old = _bench.Host.Key;
        await _bench.GetAsync();
        _bench.Host.AddKey("key-2");
        _bench.Host.RemoveKey("key-1");
        _bench.Time.Advance(ClientDirectory.RefreshInterval);
        await _bench.VerifyAsync(Make());

        await AssertRefusedAsync(NotSigned, _bench.Host.MakeAssertion("key-1", old, ClientBench.Issuer, _bench.Time.GetUtcNow()));
        old.Dispose();
    }

    [Fact]
    public async Task A_removed_key_is_refused_after_ten_minutes_at_the_latest()
    {
        var old = _bench.Host.Key;
        await _bench.GetAsync();
        _bench.Host.AddKey("key-2");
        _bench.Host.RemoveKey("key-1");
        _bench.Time.Advance(ClientDirectory.Kept);

        await AssertRefusedAsync(NotSigned, _bench.Host.MakeAssertion("key-1", old, ClientBench.Issuer, _bench.Time.GetUtcNow()));
        old.Dispose();
    }

    [Fact]
    public async Task Bad_assertions_do_not_make_us_ask_the_app_again_and_again()
    {
        using var stranger = DpopKey.Create();
        await _bench.GetAsync();
        _bench.Time.Advance(ClientDirectory.RefreshInterval);
        for (var i = 0; i < 5; i++)
        {
            await AssertRefusedAsync(
                NotSigned, _bench.Host.MakeAssertion("key-2", stranger, ClientBench.Issuer, _bench.Time.GetUtcNow()));
        }

        Assert.Equal(2, _bench.Host.CountOf(OAuthClientHost.MetadataPath));
    }

    [Fact]
    public async Task What_is_known_of_an_app_outlives_a_failure_to_ask_again()
    {
        using var stranger = DpopKey.Create();
        await _bench.GetAsync();
        _bench.Time.Advance(ClientDirectory.RefreshInterval);
        _bench.Host.Instead[OAuthClientHost.MetadataPath] = context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        for (var i = 0; i < 5; i++)
        {
            await AssertRefusedAsync(
                NotSigned, _bench.Host.MakeAssertion("key-2", stranger, ClientBench.Issuer, _bench.Time.GetUtcNow()));
        }

        await _bench.VerifyAsync(Make());
        Assert.Equal(2, _bench.Host.CountOf(OAuthClientHost.MetadataPath));
    }

    private long Now => _bench.Time.GetUtcNow().ToUnixTimeSeconds();

    private string Make(DateTimeOffset? at = null, Action<JsonObject>? header = null, Action<JsonObject>? claims = null) =>
        _bench.Host.MakeAssertion(ClientBench.Issuer, at ?? _bench.Time.GetUtcNow(), header, claims);

    private async Task AssertRefusedAsync(string problem, string assertion)
    {
        var refusal = await Assert.ThrowsAsync<OAuthException>(() => _bench.VerifyAsync(assertion));
        Assert.Equal((400, "invalid_client", $"client_assertion {problem}"), (refusal.Status, refusal.Error, refusal.Message));
    }

    private static async Task AssertReplayedAsync(Func<Task> verify) =>
        Assert.Equal("invalid_grant", (await Assert.ThrowsAsync<OAuthException>(verify)).Error);
}
