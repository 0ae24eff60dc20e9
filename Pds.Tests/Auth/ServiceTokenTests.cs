using System.Buffers.Text;
using System.Numerics;
using System.Text;
using AtProto;
using AtProto.Crypto;
using Microsoft.Extensions.Time.Testing;
using Pds.Contracts.Identity;
using Pds.Modules.Auth;
using Pds.Modules.Auth.Sessions;
using Pds.Xrpc;

namespace Pds.Tests.Auth;

public sealed class ServiceTokenTests
{
    private const string Method = "com.atproto.server.createAccount";
    private const string Us = "did:web:pds.example.com";
    private const long Now = 1767225600;

    // Made by the reference library for Method, Us and Now, each with the key before it.
    private const string K256Key = "did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme";
    private const string K256Token =
        "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NksifQ.eyJpYXQiOjE3NjcyMjU2MDAsImlzcyI6ImRpZDpwbGM6ejcyaTdoZHlubWs2cjIyejI3aDZ0dnVyI"
        + "iwiYXVkIjoiZGlkOndlYjpwZHMuZXhhbXBsZS5jb20iLCJleHAiOjE3NjcyMjU2NjAsImx4bSI6ImNvbS5hdHByb3RvLnNlcnZlci5jcmVhdGVBY2NvdW"
        + "50IiwianRpIjoiNzgxNjI5ODRhM2I2ZTE5MjY1YjJmZTM4MjAyYmJkZmYifQ"
        + ".WxqHvXtYxm9Tu4uWVJUFxsdGXZXm49Ri8UJthLxYIFgAj_6an9wz9305ZXbQRdJqccAxwhIyux8Fl9Kqck9YkA";
    private const string P256Key = "did:key:zDnaexhwt5EdJEnhM7od5VWEjgw6ZRon65ZYJfRjr7LfN9RB7";
    private const string P256Token =
        "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJpYXQiOjE3NjcyMjU2MDAsImlzcyI6ImRpZDpwbGM6ejcyaTdoZHlubWs2cjIyejI3aDZ0dnVyIiwi"
        + "YXVkIjoiZGlkOndlYjpwZHMuZXhhbXBsZS5jb20iLCJleHAiOjE3NjcyMjU2NjAsImx4bSI6ImNvbS5hdHByb3RvLnNlcnZlci5jcmVhdGVBY2NvdW50I"
        + "iwianRpIjoiODZiZTQ3YTI0ZjViMGI5MDA0NTBhYjZhNjJhMTRmMTEifQ"
        + ".bM7zT4G8l0IKVQZeMLxRu9UjbeEzyVpt4Ni-ZOl5ijFVIn23R5AnSHlqvE7fQbKRRmUpmlH-TY_4ItNlBMpc1w";

    private static readonly Did Alice = Did.Parse("did:plc:z72i7hdynmk6r22z27h6tvur");
    private static readonly Did Moderators = Did.Parse("did:web:mod.example.com");

    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(Now));
    private readonly Dictionary<string, (string Kept, string Current)> _documents = [];
    private bool _wasAskedAfresh;

    [Theory]
    [InlineData(K256Key, K256Token)]
    [InlineData(P256Key, P256Token)]
    public async Task A_token_of_the_reference_library_is_good(string key, string token)
    {
        Publish(Alice, key);

        Assert.Equal(Alice, await VerifyAsync(token));
        Assert.False(_wasAskedAfresh);
    }

    [Fact]
    public async Task A_signature_with_the_higher_s_is_good()
    {
        Publish(Alice, P256Key);
        var dot = P256Token.LastIndexOf('.') + 1;
        var signature = Base64Url.DecodeFromChars(P256Token.AsSpan(dot));
        var order = BigInteger.Parse("115792089210356248762697446949407573529996955224135760342422259061068512044369", null);
        var s = new BigInteger(signature.AsSpan(32), isUnsigned: true, isBigEndian: true);
        (order - s).ToByteArray(isUnsigned: true, isBigEndian: true).CopyTo(signature, 32);

        Assert.Equal(Alice, await VerifyAsync(P256Token[..dot] + Base64Url.EncodeToString(signature)));
    }

    [Fact]
    public async Task A_key_that_was_changed_since_the_document_was_kept_is_asked_for_afresh()
    {
        Publish(Alice, kept: K256Key, current: P256Key);

        Assert.Equal(Alice, await VerifyAsync(P256Token));
        Assert.True(_wasAskedAfresh);
    }

    [Fact]
    public async Task A_signature_by_another_key_is_refused()
    {
        Publish(Alice, K256Key);

        await AssertRefusedAsync("BadJwtSignature", P256Token);
    }

    [Fact]
    public async Task A_token_of_an_unknown_did_is_refused() =>
        await AssertRefusedAsync("AuthenticationRequired", P256Token, message: "could not resolve iss did");

    [Fact]
    public async Task A_token_of_a_did_without_a_key_is_refused()
    {
        Publish(Alice, "did:key:none");

        await AssertRefusedAsync("AuthenticationRequired", P256Token, message: "missing or bad key in did doc");
    }

    [Theory]
    [InlineData("")]
    [InlineData("a.b")]
    [InlineData("a.b.c.d")]
    [InlineData("!.!.!")]
    [InlineData("e30.e30.AAAA")]
    [InlineData("bnVsbA.bnVsbA.AAAA")]
    [InlineData("eyJraWQiOiJcdWQ4MDAiLCJhbGciOiJcdWQ4MDAifQ.e30.AAAA")]
    [InlineData("eyJcdWQ4MDAiOiJFUzI1NiJ9.e30.AAAA")]
    [InlineData("eyJhbGciOiL_In0.e30.AAAA")]
    public async Task A_poorly_formatted_token_is_refused(string token) => await AssertRefusedAsync("BadJwt", token);

    [Theory]
    [InlineData("at+jwt")]
    [InlineData("refresh+jwt")]
    [InlineData("dpop+jwt")]
    public async Task A_token_of_another_type_is_refused(string type) => await AssertRefusedAsync("BadJwtType", Sign(type: type));

    [Fact]
    public async Task An_expired_token_is_refused() => await AssertRefusedAsync("JwtExpired", Sign(expires: Now - 1));

    [Fact]
    public async Task A_token_for_another_audience_is_refused() =>
        await AssertRefusedAsync("BadJwtAudience", Sign(audience: "did:web:other.example.com"));

    [Theory]
    [InlineData("com.atproto.repo.uploadBlob")]
    [InlineData(null)]
    public async Task A_token_for_another_method_is_refused(string? method) =>
        await AssertRefusedAsync("BadJwtLexiconMethod", Sign(method: method));

    [Theory]
    [InlineData("alice.test")]
    [InlineData("did:plc:z72i7hdynmk6r22z27h6tvur#atproto_labeler")]
    public async Task A_token_of_something_that_is_no_account_is_refused(string issuer) =>
        await AssertRefusedAsync("BadJwtIss", Sign(issuer: issuer));

    [Theory]
    [InlineData("did:web:mod.example.com")]
    [InlineData("did:web:mod.example.com#atproto_labeler")]
    public async Task The_moderation_service_is_trusted_under_both_of_its_names(string issuer)
    {
        using var key = PrivateKey.Generate(KeyCurve.K256);
        Publish(Moderators, key.PublicKey.ToDidKey());

        Assert.Equal(Moderators, await VerifyAsync(Sign(key, issuer: issuer), isModeration: true));
    }

    [Fact]
    public async Task Nobody_else_may_moderate() => await AssertRefusedAsync("UntrustedIss", Sign(), isModeration: true);

    [Fact]
    public void A_token_that_names_a_method_is_told_from_a_session()
    {
        var session = new TokenIssuer(new AuthOptions { JwtSecret = "x" }, new ServiceOptions(), _time).Issue(Alice, AccessKind.Full);

        Assert.True(ServiceToken.IsCertainly(Sign()));
        Assert.False(ServiceToken.IsCertainly(session.AccessJwt));
        Assert.False(ServiceToken.IsCertainly("nonsense"));
    }

    private Task<Did> VerifyAsync(string token, bool isModeration = false)
    {
        var verifier = new ServiceTokenVerifier(
            new AuthOptions { ModerationServiceDid = Moderators }, new ServiceOptions { Hostname = "pds.example.com" }, _time);
        return verifier.VerifyAsync(token, Method, isModeration, ResolveAsync, TestContext.Current.CancellationToken);
    }

    private Task<ResolvedDid?> ResolveAsync(ResolveDidDocument question, CancellationToken cancellationToken)
    {
        _wasAskedAfresh |= question.Fresh;
        if (!_documents.TryGetValue(question.Did.Value, out var keys))
        {
            return Task.FromResult<ResolvedDid?>(null);
        }

        var key = (question.Fresh ? keys.Current : keys.Kept)["did:key:".Length..];
        var methods = string.Join(',', new[] { "atproto", "atproto_label" }.Select(name =>
            $$"""{"id":"#{{name}}","type":"Multikey","controller":"{{question.Did}}","publicKeyMultibase":"{{key}}"}"""));
        var json = $$"""{"id":"{{question.Did}}","verificationMethod":[{{methods}}]}""";
        return Task.FromResult<ResolvedDid?>(new ResolvedDid(question.Did, Encoding.UTF8.GetBytes(json)));
    }

    private void Publish(Did did, string key) => Publish(did, key, key);

    private void Publish(Did did, string kept, string current) => _documents[did.Value] = (kept, current);

    private string Sign(
        PrivateKey? key = null,
        string? issuer = null,
        string audience = Us,
        string? method = Method,
        long expires = Now + 60,
        string type = "JWT")
    {
        using var own = PrivateKey.Generate(KeyCurve.P256);
        key ??= own;
        if (issuer is null)
        {
            Publish(Alice, key.PublicKey.ToDidKey());
        }

        var header = $$"""{"typ":"{{type}}","alg":"{{key.PublicKey.JwtAlgorithm}}"}""";
        var lxm = method is null ? "" : $$""","lxm":"{{method}}" """;
        var payload = $$"""{"iss":"{{issuer ?? Alice.Value}}","aud":"{{audience}}","exp":{{expires}}{{lxm}}}""";
        var signed = $"{Encode(header)}.{Encode(payload)}";
        var signature = new byte[PublicKey.SignatureLength];
        key.Sign(Encoding.ASCII.GetBytes(signed), signature);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    private async Task AssertRefusedAsync(string error, string token, bool isModeration = false, string? message = null)
    {
        var refusal = await Assert.ThrowsAsync<XrpcException>(() => VerifyAsync(token, isModeration));
        Assert.Equal((401, error, message ?? refusal.Message), (refusal.Status, refusal.Error, refusal.Message));
    }
}
