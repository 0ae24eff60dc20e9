using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Pds.Modules.Auth.OAuth;
using Pds.Modules.Auth.OAuth.Proofs;
using Pds.Tests.Support;

namespace Pds.Tests.Auth.OAuth;

public sealed class ProofVerifierTests : IAsyncLifetime
{
    private ProofBench _bench = null!;

    public async ValueTask InitializeAsync() => _bench = await ProofBench.StartAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    public static TheoryData<string> Algorithms => [.. ProofAlgorithm.Names];

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task A_proof_of_each_algorithm_is_good(string algorithm)
    {
        using var key = DpopKey.Create(algorithm);

        var proof = await _bench.VerifyAsync(
            key.Prove("POST", ProofBench.Url, ProofBench.Token, _bench.Nonces.Next(), _bench.Time.GetUtcNow()));

        Assert.Equal(key.Jkt, proof?.Jkt);
    }

    [Fact]
    public void The_thumbprint_is_that_of_the_example_in_the_RFC()
    {
        // RFC 7638, section 3.1.
        var jwk = new JsonObject
        {
            ["kty"] = "RSA",
            ["n"] = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs"
                + "tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOp"
                + "bISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
            ["e"] = "AQAB",
            ["alg"] = "RS256",
            ["kid"] = "2011-04-29",
        };

        Assert.Equal("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", Thumbprint(jwk));
    }

    [Fact]
    public async Task Without_a_header_there_is_no_proof() => Assert.Null(await _bench.VerifyAsync());

    [Fact]
    public Task Two_headers_are_refused() => AssertRefusedAsync("Several DPoP headers", _bench.Prove(), _bench.Prove());

    [Theory]
    [InlineData("")]
    [InlineData("a.b")]
    [InlineData("!.!.!")]
    [InlineData("bnVsbA.bnVsbA.AAAA")]
    [InlineData("e3.e3.AAAA")]
    public Task What_is_no_JWT_is_refused(string proof) => AssertRefusedAsync("DPoP proof is not a JWT", proof);

    [Theory]
    [InlineData("{\"typ\":\"dpop+jwt\",\"alg\":\"\\ud800\"}")]
    [InlineData("{\"\\ud800\":\"\"}")]
    public Task Text_that_is_none_is_refused(string header) => AssertRefusedAsync(
        "DPoP proof is not a JWT", $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.e30.AAAA");

    [Fact]
    public async Task An_id_that_is_no_text_is_refused()
    {
        var claims = $$"""{"jti":"\ud800","htm":"POST","htu":"{{ProofBench.Url}}","iat":{{_bench.Time.GetUtcNow().ToUnixTimeSeconds()}}}""";

        await AssertRefusedAsync("DPoP proof is not a JWT", _bench.Key.SignText(
            new JsonObject { ["typ"] = "dpop+jwt", ["alg"] = "ES256", ["jwk"] = _bench.Key.Jwk }.ToJsonString(),
            claims));
    }

    [Fact]
    public Task An_oversized_proof_is_refused() =>
        AssertRefusedAsync("DPoP proof is too long", _bench.Prove(claims => claims["pad"] = new string('x', 8000)));

    [Fact]
    public Task Another_type_is_refused() =>
        AssertRefusedAsync("DPoP typ must be dpop+jwt", _bench.Prove(header: header => header["typ"] = "JWT"));

    [Theory]
    [InlineData("HS256")]
    [InlineData("none")]
    [InlineData("EdDSA")]
    public Task A_symmetric_or_unknown_algorithm_is_refused(string algorithm) =>
        AssertRefusedAsync("DPoP alg is not supported", _bench.Prove(header: header => header["alg"] = algorithm));

    [Fact]
    public Task A_private_key_in_the_JWK_is_refused() =>
        AssertRefusedAsync("DPoP jwk holds a private or symmetric key", _bench.Prove(header: header => header["jwk"]!["d"] = "AAAA"));

    [Fact]
    public Task A_symmetric_key_is_refused() => AssertRefusedAsync(
        "DPoP jwk holds a private or symmetric key",
        _bench.Prove(header: header => header["jwk"] = new JsonObject { ["kty"] = "oct", ["k"] = "AAAA" }));

    [Fact]
    public Task A_proof_without_its_key_is_refused() =>
        AssertRefusedAsync("DPoP jwk missing", _bench.Prove(header: header => header.Remove("jwk")));

    [Fact]
    public Task A_point_that_is_not_on_the_curve_is_refused() => AssertRefusedAsync(
        "DPoP jwk is not a usable key", _bench.Prove(header: header => header["jwk"]!["y"] = Base64Url.EncodeToString(new byte[32])));

    [Fact]
    public Task A_weak_key_is_refused()
    {
        using var rsa = RSA.Create(1024);
        var modulus = Base64Url.EncodeToString(rsa.ExportParameters(false).Modulus);
        return AssertRefusedAsync("DPoP jwk is not a usable key", _bench.Prove(
            header: header => header["jwk"] = new JsonObject { ["kty"] = "RSA", ["n"] = modulus, ["e"] = "AQAB" }));
    }

    [Fact]
    public Task A_second_spelling_of_a_key_is_refused() => AssertRefusedAsync(
        "DPoP jwk is not a usable key", _bench.Prove(header: header => header["jwk"]!["x"] += "="));

    [Fact]
    public async Task A_key_that_did_not_sign_is_refused()
    {
        using var other = DpopKey.Create();
        await AssertRefusedAsync(
            "DPoP signature does not match its key", _bench.Prove(header: header => header["jwk"] = other.Jwk));
    }

    [Fact]
    public Task An_algorithm_for_another_kind_of_key_is_refused() => AssertRefusedAsync(
        "DPoP signature does not match its key", _bench.Prove(header: header => header["alg"] = "RS256"));

    [Fact]
    public Task Critical_extensions_are_refused() => AssertRefusedAsync(
        "DPoP proof has critical extensions", _bench.Prove(header: header => header["crit"] = new JsonArray("b64")));

    [Theory]
    [InlineData(-191)]
    [InlineData(181)]
    public Task A_stale_iat_is_refused(int seconds) => AssertRefusedAsync(
        "DPoP proof is not of this time",
        _bench.Prove(claims => claims["iat"] = _bench.Time.GetUtcNow().ToUnixTimeSeconds() + seconds));

    [Theory]
    [InlineData(-190)]
    [InlineData(180)]
    public async Task A_clock_may_be_wrong_by_three_minutes(int seconds) => Assert.NotNull(await _bench.VerifyAsync(
        _bench.Prove(claims => claims["iat"] = _bench.Time.GetUtcNow().ToUnixTimeSeconds() + seconds)));

    [Fact]
    public Task A_missing_iat_is_refused() =>
        AssertRefusedAsync("DPoP proof is not of this time", _bench.Prove(claims => claims.Remove("iat")));

    [Fact]
    public Task An_expired_proof_is_refused() => AssertRefusedAsync(
        "DPoP proof is not of this time",
        _bench.Prove(claims => claims["exp"] = _bench.Time.GetUtcNow().ToUnixTimeSeconds() - 180));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public Task A_missing_jti_is_refused(string? id) =>
        AssertRefusedAsync("DPoP jti missing", _bench.Prove(claims => claims["jti"] = id));

    [Theory]
    [InlineData("GET")]
    [InlineData("post")]
    public Task A_wrong_htm_is_refused(string method) =>
        AssertRefusedAsync("DPoP htm mismatch", _bench.Prove(claims => claims["htm"] = method));

    [Theory]
    [InlineData("https://pds.example.com/xrpc/com.atproto.repo.deleteRecord")]
    [InlineData("https://other.example.com/xrpc/com.atproto.repo.createRecord")]
    [InlineData("http://pds.example.com/xrpc/com.atproto.repo.createRecord")]
    [InlineData("https://pds.example.com:444/xrpc/com.atproto.repo.createRecord")]
    [InlineData("https://user@pds.example.com/xrpc/com.atproto.repo.createRecord")]
    [InlineData("https://pds.example.com/XRPC/com.atproto.repo.createRecord")]
    [InlineData("https://pds.example.com.evil.example/xrpc/com.atproto.repo.createRecord")]
    [InlineData("/xrpc/com.atproto.repo.createRecord")]
    [InlineData("nonsense")]
    public Task A_wrong_htu_is_refused(string url) =>
        AssertRefusedAsync("DPoP htu mismatch", _bench.Prove(claims => claims["htu"] = url));

    [Theory]
    [InlineData("https://pds.example.com/xrpc/com.atproto.repo.createRecord?repo=x#y")]
    [InlineData("HTTPS://PDS.example.com:443/xrpc/com.atproto.repo.createRecord")]
    [InlineData("https://pds.example.com/xrpc/./com.atproto.repo.createRecord")]
    public async Task Another_spelling_of_the_same_address_is_good(string url) =>
        Assert.NotNull(await _bench.VerifyAsync(_bench.Prove(claims => claims["htu"] = url)));

    [Fact]
    public async Task A_missing_nonce_is_asked_for()
    {
        var proof = _bench.Prove(claims => claims.Remove("nonce"));

        var atResource = await RefusalOfAsync(() => _bench.VerifyAsync(proof));
        var atServer = await RefusalOfAsync(() => ProofBench.VerifyAsync(
            _bench.Verifier, null, _bench.Prove(claims => (claims["nonce"], claims["ath"]) = (null, null))));

        Assert.Equal(
            (400, "use_dpop_nonce", "Resource server requires nonce in DPoP proof"),
            (atResource.Status, atResource.Error, atResource.Message));
        Assert.Equal(400, atServer.Status);
    }

    [Fact]
    public async Task An_expired_nonce_is_refused()
    {
        var old = _bench.Nonces.Next();
        _bench.Time.Advance(TimeSpan.FromMinutes(3));

        var refusal = await RefusalOfAsync(() => _bench.VerifyAsync(_bench.Prove(claims => claims["nonce"] = old)));

        Assert.Equal(("use_dpop_nonce", "DPoP nonce mismatch"), (refusal.Error, refusal.Message));
    }

    [Fact]
    public async Task A_nonce_is_good_in_its_minute_and_the_ones_around()
    {
        var nonce = _bench.Nonces.Next();
        for (var minute = 0; minute < 3; minute++)
        {
            Assert.True(_bench.Nonces.IsValid(nonce));
            Assert.NotNull(await _bench.VerifyAsync(_bench.Prove(claims => claims["nonce"] = nonce)));
            _bench.Time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.False(_bench.Nonces.IsValid(nonce));
    }

    [Fact]
    public void A_nonce_is_the_keyed_hash_of_the_next_minute()
    {
        var minute = _bench.Time.GetUtcNow().ToUnixTimeSeconds() / 60;
        var message = Convert.FromHexString((minute + 1).ToString("x16", null));
        var key = Convert.FromHexString(ProofBench.Options.DpopSecret);

        Assert.Equal(Base64Url.EncodeToString(HMACSHA256.HashData(key, message)), _bench.Nonces.Next());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("AAAA")]
    public Task A_wrong_ath_is_refused(string? hash) =>
        AssertRefusedAsync("DPoP ath mismatch", _bench.Prove(claims => claims["ath"] = hash));

    [Fact]
    public async Task At_the_authorization_server_an_ath_is_refused()
    {
        var refusal = await RefusalOfAsync(() => ProofBench.VerifyAsync(_bench.Verifier, null, _bench.Prove()));

        Assert.Equal((401, "invalid_dpop_proof", "DPoP ath not allowed"), (refusal.Status, refusal.Error, refusal.Message));
    }

    [Fact]
    public async Task A_replayed_proof_is_refused()
    {
        var proof = _bench.Prove();
        Assert.NotNull(await _bench.VerifyAsync(proof));

        await AssertRefusedAsync("DPoP proof replayed", proof);
    }

    [Fact]
    public async Task A_replayed_proof_is_refused_by_another_replica()
    {
        var proof = _bench.Prove();
        Assert.NotNull(await _bench.VerifyAsync(proof));

        var refusal = await RefusalOfAsync(() => ProofBench.VerifyAsync(_bench.NewVerifier(), ProofBench.Token, proof));

        Assert.Equal("DPoP proof replayed", refusal.Message);
    }

    [Fact]
    public async Task Without_Redis_a_replayed_proof_is_refused_by_the_process_that_saw_it()
    {
        var proof = _bench.Prove();
        var verifier = _bench.NewVerifier(await ProofBench.ConnectNowhereAsync());
        Assert.NotNull(await ProofBench.VerifyAsync(verifier, ProofBench.Token, proof));

        var refusal = await RefusalOfAsync(() => ProofBench.VerifyAsync(verifier, ProofBench.Token, proof));

        Assert.Equal("DPoP proof replayed", refusal.Message);
    }

    [Fact]
    public void What_was_used_may_come_again_when_its_time_is_over()
    {
        var used = new UsedOnce(1024);

        Assert.True(used.TryAdd(7, now: 0, until: 10));
        Assert.False(used.TryAdd(7, now: 9, until: 19));
        Assert.True(used.TryAdd(7, now: 10, until: 20));
    }

    [Fact]
    public void When_memory_is_full_what_would_be_forgotten_next_goes_first()
    {
        // One shard of two entries; all keys end in the same bits.
        var used = new UsedOnce(32);
        used.TryAdd(16, now: 0, until: 30);
        used.TryAdd(32, now: 0, until: 10);
        used.TryAdd(48, now: 0, until: 20);

        Assert.True(used.TryAdd(32, now: 1, until: 40));
        Assert.False(used.TryAdd(16, now: 1, until: 40));
    }

    private static string Thumbprint(JsonObject jwk)
    {
        var json = new System.Text.Json.Utf8JsonReader(Encoding.UTF8.GetBytes(jwk.ToJsonString()));
        var thumbprint = new char[ProofJwk.ThumbprintLength];
        Assert.True(ProofJwk.Read(ref json).TryWriteThumbprint(thumbprint));
        return new string(thumbprint);
    }

    private static Task<OAuthException> RefusalOfAsync(Func<Task<DpopProof?>> verify) => Assert.ThrowsAsync<OAuthException>(verify);

    private async Task AssertRefusedAsync(string description, params string[] proofs)
    {
        var refusal = await RefusalOfAsync(() => _bench.VerifyAsync(proofs));
        Assert.Equal((401, "invalid_dpop_proof", description), (refusal.Status, refusal.Error, refusal.Message));
    }
}
