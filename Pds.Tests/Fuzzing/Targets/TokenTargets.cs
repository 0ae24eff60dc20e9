using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using AtProto.Crypto;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Pds.Contracts.Identity;
using Pds.Modules.Auth;
using Pds.Modules.Auth.OAuth;
using Pds.Modules.Auth.OAuth.Clients;
using Pds.Modules.Auth.OAuth.Keys;
using Pds.Modules.Auth.OAuth.Proofs;
using Pds.Modules.Auth.OAuth.Tokens;
using Pds.Modules.Auth.Sessions;
using Pds.Tests.Fuzzing.Forms;
using Pds.Xrpc;

namespace Pds.Tests.Fuzzing.Targets;

/// <summary>
/// Tokens. Where the sender's own key signs, what was changed is signed anew: a good signature is nothing that a sender lacks.
/// </summary>
internal static class TokenTargets
{
    private const string Token = "a token that is hashed as it is";
    private const string Method = "com.atproto.repo.uploadBlob";

    private static readonly FakeTimeProvider Time = new(DateTimeOffset.FromUnixTimeSeconds(1795436321));
    private static readonly ServiceOptions Service = new() { Hostname = "pds.example.com" };
    private static readonly AuthOptions Options = new() { JwtSecret = "secret", DpopSecret = new string('7', 64) };
    private static readonly PrivateKey Key = Samples.Key();
    private static readonly DpopNonces Nonces = new(Options, Time);

    private static readonly ServiceTokenVerifier ServiceTokens = new(Options, Service, Time);
    private static readonly TokenVerifier SessionTokens = new(Options, Service, Time);
    private static readonly AccessTokenClaims Claims = new(Service);
    private static readonly AccessTokenVerifier AccessTokens = new(
        new KeyRing(null!, null!, null!, Time, NullLogger<KeyRing>.Instance), Claims, null!, Time);

    private static readonly ProofVerifier Proofs = new(new ProofTarget(Service), Nonces, null!, new ProofKeys(), Time);
    private static readonly HttpRequest Request = NewRequest();

    private static readonly TokenForm Form = new(new JsonForm(
        "typ", "alg", "jwk", "kid", "crit", "kty", "EC", "RSA", "OKP", "crv", "P-256", "secp256k1", "x", "y", "n", "e", "d", "at+jwt", "dpop+jwt", "JWT", "ES256", "ES256K", "none",
        "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "lxm", "htm", "htu", "ath", "nonce", "cnf", "scope", "sid", "gen", "client_id", "POST", Method, "did:web:pds.example.com",
        "com.atproto.access", "atproto"));

    public static IEnumerable<FuzzTarget> All =>
    [
        new("service tokens", Form, CheckServiceToken, () => [ServiceToken("did:plc:ewvi7nxzyoun6zhxrhs64oiz"), ServiceToken("did:web:a.test")]),
        new("session tokens", Form, CheckSessionToken, SessionTokenSamples),
        new("access tokens", Form, CheckAccessToken, () => [AccessToken()]),
        new("proofs of keys", Form, CheckProof, () => [Proof()]),
        new("assertions of apps", Form, CheckAssertion, () => [Assertion()]),
    ];

    private static void CheckServiceToken(byte[] input)
    {
        var text = Resign(input);
        Checks.Accepts<XrpcException>(() => Pds.Modules.Auth.Sessions.ServiceToken.Parse(text));
        Pds.Modules.Auth.Sessions.ServiceToken.IsCertainly(text);
        var verified = ServiceTokens.VerifyAsync(text, Method, isModeration: false, ResolveAsync, CancellationToken.None);
        Assert.True(verified.IsCompleted);
        Checks.Accepts<XrpcException>(() => verified.GetAwaiter().GetResult());

        static Task<ResolvedDid?> ResolveAsync(ResolveDidDocument question, CancellationToken cancellationToken) => Task.FromResult<ResolvedDid?>(
            new(question.Did, Encoding.UTF8.GetBytes($$"""
                {"id":"{{question.Did}}","verificationMethod":[{"id":"#atproto","type":"Multikey","controller":"{{question.Did}}","publicKeyMultibase":"{{Key.PublicKey.ToMultibase()}}"}]}
                """)));
    }

    // Whoever was here before may have spelled tokens otherwise, with the same secret.
    private static void CheckSessionToken(byte[] input)
    {
        var text = Resign(input, signed => HMACSHA256.HashData(Encoding.UTF8.GetBytes(Options.JwtSecret), signed));
        Checks.Accepts<XrpcException>(() => SessionTokens.Verify(text, TokenType.Access));
        Checks.Accepts<XrpcException>(() => SessionTokens.Verify(text, TokenType.Refresh, acceptExpired: true));
    }

    // The header is read before anything is known of who wrote it.
    private static void CheckAccessToken(byte[] input) =>
        Checks.Accepts<OAuthException>(() => AccessTokens.Verify(Encoding.UTF8.GetString(input)));

    private static void CheckProof(byte[] input)
    {
        var text = Resign(input);
        Checks.Accepts<OAuthException>(() => Proofs.Check(text, Request, Token));
        Checks.Accepts<OAuthException>(() => Proofs.Check(text, Request, null));
    }

    private static void CheckAssertion(byte[] input) =>
        Checks.Accepts<OAuthException>(() => AssertionJwt.Parse(Encoding.UTF8.GetString(input)));

    private static string Resign(byte[] input, Func<byte[], byte[]>? sign = null)
    {
        var text = Encoding.UTF8.GetString(input);
        var end = text.LastIndexOf('.');
        return end < 0 || text.Length > 8_000
            ? text
            : $"{text[..end]}.{Base64Url.EncodeToString((sign ?? (signed => Key.Sign(signed)))(Encoding.UTF8.GetBytes(text[..end])))}";
    }

    private static byte[] Write(JsonObject header, JsonObject claims) => Encoding.ASCII.GetBytes(Resign(Encoding.ASCII.GetBytes(
        $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header.ToJsonString()))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims.ToJsonString()))}.")));

    private static byte[] ServiceToken(string issuer) => Write(
        new() { ["typ"] = "JWT", ["alg"] = "ES256" },
        new() { ["iss"] = issuer, ["aud"] = "did:web:pds.example.com", ["lxm"] = Method, ["iat"] = Now, ["exp"] = Now + 60, ["jti"] = "1" });

    private static IEnumerable<byte[]> SessionTokenSamples()
    {
        var session = new TokenIssuer(Options, Service, Time).Issue(Samples.Did, AccessKind.Full, "id");
        yield return Encoding.ASCII.GetBytes(session.AccessJwt);
        yield return Encoding.ASCII.GetBytes(session.RefreshJwt);
    }

    private static byte[] AccessToken() => Write(
        new() { ["typ"] = "at+jwt", ["alg"] = "ES256", ["kid"] = "1" },
        new() { ["iss"] = "https://pds.example.com", ["aud"] = "did:web:pds.example.com", ["sub"] = Samples.Did.Value, ["sid"] = "1", ["gen"] = 0 });

    private static byte[] Proof() => Write(
        new()
        {
            ["typ"] = "dpop+jwt",
            ["alg"] = "ES256",
            ["jwk"] = new JsonObject
            {
                // The key of RFC 6979, A.2.5, which signs here.
                ["kty"] = "EC",
                ["crv"] = "P-256",
                ["x"] = Base64Url.EncodeToString(Convert.FromHexString("60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6")),
                ["y"] = Base64Url.EncodeToString(Convert.FromHexString("7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299")),
            },
        },
        new()
        {
            ["jti"] = "1",
            ["htm"] = "POST",
            ["htu"] = "https://pds.example.com/xrpc/" + Method,
            ["iat"] = Now,
            ["nonce"] = Nonces.Next(),
            ["ath"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Token))),
        });

    private static byte[] Assertion() => Write(
        new() { ["alg"] = "ES256", ["kid"] = "1" },
        new() { ["iss"] = "https://app.example.com", ["sub"] = "https://app.example.com", ["aud"] = "https://pds.example.com", ["jti"] = "1", ["iat"] = Now, ["exp"] = Now + 60 });

    private static long Now => Time.GetUtcNow().ToUnixTimeSeconds();

    private static HttpRequest NewRequest()
    {
        var request = new DefaultHttpContext().Request;
        (request.Method, request.Path) = ("POST", "/xrpc/" + Method);
        return request;
    }
}
