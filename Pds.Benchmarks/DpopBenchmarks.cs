using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using AtProto.Crypto;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Pds.Modules.Auth;
using Pds.Modules.Auth.OAuth.Proofs;
using Pds.Xrpc;
using StackExchange.Redis;

namespace Pds.Benchmarks;

/// <summary>What an OAuth request pays for its proof.</summary>
[MemoryDiagnoser]
public class DpopBenchmarks
{
    private const string Path = "/xrpc/com.atproto.repo.createRecord";

    private static readonly ServiceOptions Service = new() { Hostname = "pds.example.com" };

    // Of the length that real ones have.
    private static readonly string Token = new('x', 800);

    private readonly UsedOnce _used = new(1 << 20);
    private readonly DefaultHttpContext _context = new();
    private ProofVerifier _verifier = null!;
    private string _proof = "";
    private UInt128 _next;

    [Params("ES256", "ES256K", "RS256")]
    public string Algorithm { get; set; } = "";

    [GlobalSetup]
    public void Prove()
    {
        _context.Request.Method = "POST";
        _context.Request.Path = Path;
        _verifier = NewVerifier(out var nonces);
        var hash = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Token)));
        var (jwk, sign) = NewKey();
        var header = $$"""{"typ":"dpop+jwt","alg":"{{Algorithm}}","jwk":{{jwk}}}""";
        var claims = $$"""
            {"iss":"https://app.example.com/client-metadata.json","iat":{{TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()}},
            "jti":"kd8f6s5a7d:1a2b3c4d5e6f","htm":"POST","htu":"https://pds.example.com{{Path}}","nonce":"{{nonces.Next()}}","ath":"{{hash}}"}
            """;
        var signed = $"{Encode(header)}.{Encode(claims)}";
        _proof = $"{signed}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    [Benchmark]
    public object CheckProof() => _verifier.Check(_proof, _context.Request, Token);

    [Benchmark]
    public object CheckProofByANewKey() => NewVerifier(out _).Check(_proof, _context.Request, Token);

    [Benchmark]
    public bool RememberUse() => _used.TryAdd(_next += UInt128.MaxValue / 1_000_003, 0, 1);

    private static ProofVerifier NewVerifier(out DpopNonces nonces)
    {
        nonces = new DpopNonces(new AuthOptions { DpopSecret = new string('7', 64) }, TimeProvider.System);
        return new ProofVerifier(new ProofTarget(Service), nonces, Replays.Value, new ProofKeys(), TimeProvider.System);
    }

    private static readonly Lazy<ReplayMemory> Replays = new(() => new ReplayMemory(
        ConnectionMultiplexer.Connect("127.0.0.1:1,abortConnect=false,connectTimeout=1"),
        TimeProvider.System,
        NullLogger<ReplayMemory>.Instance));

    private (string Jwk, Func<byte[], byte[]> Sign) NewKey()
    {
        if (Algorithm == "RS256")
        {
            var rsa = RSA.Create(2048);
            var modulus = Base64Url.EncodeToString(rsa.ExportParameters(false).Modulus);
            return (
                $$"""{"kty":"RSA","n":"{{modulus}}","e":"AQAB"}""",
                data => rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        }

        var isP256 = Algorithm == "ES256";
        var curve = isP256 ? ECCurve.NamedCurves.nistP256 : ECCurve.CreateFromFriendlyName("secp256k1");
        var key = PrivateKey.Generate(isP256 ? KeyCurve.P256 : KeyCurve.K256);
        using var platform = ECDsa.Create(new ECParameters { Curve = curve, D = key.Export() });
        var point = platform.ExportParameters(includePrivateParameters: false).Q;
        var name = isP256 ? "P-256" : "secp256k1";
        return (
            $$"""{"kty":"EC","crv":"{{name}}","x":"{{Base64Url.EncodeToString(point.X)}}","y":"{{Base64Url.EncodeToString(point.Y)}}"}""",
            data => key.Sign(data));
    }

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
