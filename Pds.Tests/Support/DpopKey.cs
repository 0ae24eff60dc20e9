using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AtProto.Crypto;

namespace Pds.Tests.Support;

/// <summary>A client's key, which makes DPoP proofs: good ones, unless a test spoils them.</summary>
public sealed class DpopKey : IDisposable
{
    private static readonly HashAlgorithmName[] Hashes = [HashAlgorithmName.SHA256, HashAlgorithmName.SHA384, HashAlgorithmName.SHA512];

    private readonly IDisposable _key;
    private readonly Func<byte[], byte[]> _sign;
    private readonly JsonObject _jwk;

    private DpopKey(string algorithm, IDisposable key, Func<byte[], byte[]> sign, JsonObject jwk)
    {
        Algorithm = algorithm;
        (_key, _sign, _jwk) = (key, sign, jwk);
        Jkt = Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(
            new JsonObject(jwk.OrderBy(member => member.Key, StringComparer.Ordinal)
                .Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone()))).ToJsonString())));
    }

    public string Algorithm { get; }

    /// <summary>The thumbprint (RFC 7638).</summary>
    public string Jkt { get; }

    /// <summary>The public key; a copy.</summary>
    public JsonObject Jwk => _jwk.DeepClone().AsObject();

    /// <summary>The latest that the server gave, where <see cref="SendAsync"/> was used.</summary>
    public string? Nonce { get; set; }

    /// <summary>The clock that proofs go by.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Makes a key for one of the ten algorithms.</summary>
    public static DpopKey Create(string algorithm = "ES256") => algorithm switch
    {
        "ES256" => Ec(algorithm, ECCurve.NamedCurves.nistP256, "P-256"),
        "ES384" => Ec(algorithm, ECCurve.NamedCurves.nistP384, "P-384"),
        "ES512" => Ec(algorithm, ECCurve.NamedCurves.nistP521, "P-521"),
        "ES256K" => K256(),
        _ => Rsa(algorithm),
    };

    /// <summary>The P-256 key of a JWK with its private half.</summary>
    public static DpopKey Import(JsonElement jwk)
    {
        var (x, y, d) = (Read("x"), Read("y"), Read("d"));
        var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x, Y = y }, D = d });
        return new DpopKey("ES256", key, data => key.SignData(data, HashAlgorithmName.SHA256), Point("P-256", x, y));

        byte[] Read(string name) => Base64Url.DecodeFromChars(jwk.GetProperty(name).GetString());
    }

    /// <summary>Makes a proof.</summary>
    /// <param name="url">The request's address under the public URL.</param>
    /// <param name="accessToken">Null at the authorization server.</param>
    /// <param name="header">Changes the header before it is signed.</param>
    /// <param name="claims">Changes the claims before they are signed.</param>
    public string Prove(
        string method,
        string url,
        string? accessToken = null,
        string? nonce = null,
        DateTimeOffset? at = null,
        Action<JsonObject>? header = null,
        Action<JsonObject>? claims = null)
    {
        var head = new JsonObject { ["typ"] = "dpop+jwt", ["alg"] = Algorithm, ["jwk"] = Jwk };
        var body = new JsonObject
        {
            ["jti"] = RandomNumberGenerator.GetHexString(24),
            ["htm"] = method,
            ["htu"] = url,
            ["iat"] = (at ?? Time.GetUtcNow()).ToUnixTimeSeconds(),
        };
        if ((nonce ?? Nonce) is { } known)
        {
            body["nonce"] = known;
        }

        if (accessToken is not null)
        {
            body["ath"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken)));
        }

        header?.Invoke(head);
        claims?.Invoke(body);
        return Sign(head, body);
    }

    /// <summary>Makes any JWT.</summary>
    public string Sign(JsonObject header, JsonObject claims) => SignText(header.ToJsonString(), claims.ToJsonString());

    /// <summary>Makes a JWT of any text.</summary>
    public string SignText(string header, string claims)
    {
        var signed = $"{Encode(header)}.{Encode(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(_sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    /// <summary>Sends a request as a client does: with a token and a proof, and again when it is given a nonce.</summary>
    /// <param name="publicUrl">The server's own idea of its address, when it is not where the request goes.</param>
    /// <param name="content">Makes the body, anew for each request.</param>
    public async Task<XrpcReply> SendAsync(
        XrpcClient client, HttpMethod method, string path, string? accessToken = null, string? publicUrl = null, Func<HttpContent>? content = null)
    {
        var reply = await SendOnceAsync();
        return reply.Error == "use_dpop_nonce" ? await SendOnceAsync() : reply;

        async Task<XrpcReply> SendOnceAsync()
        {
            var request = new HttpRequestMessage(method, path) { Content = content?.Invoke() };
            var origin = publicUrl ?? $"http://localhost:{client.Http.BaseAddress!.Port}";
            request.Headers.Add("DPoP", Prove(method.Method, $"{origin}{path.Split('?')[0]}", accessToken));
            if (accessToken is not null)
            {
                request.Headers.TryAddWithoutValidation("Authorization", $"DPoP {accessToken}");
            }

            var answer = await client.SendAsync(request);
            Nonce = answer.Header("DPoP-Nonce") ?? Nonce;
            return answer;
        }
    }

    public void Dispose() => _key.Dispose();

    private static DpopKey Ec(string algorithm, ECCurve curve, string name)
    {
        var key = ECDsa.Create(curve);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return new DpopKey(
            algorithm, key, data => key.SignData(data, HashOf(algorithm)), Point(name, point.X, point.Y));
    }

    private static DpopKey K256()
    {
        var key = PrivateKey.Generate(KeyCurve.K256);
        using var platform = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.CreateFromFriendlyName("secp256k1"),
            D = key.Export(),
        });
        var point = platform.ExportParameters(includePrivateParameters: false).Q;
        return new DpopKey("ES256K", key, Sign, Point("secp256k1", point.X, point.Y));

        byte[] Sign(byte[] data)
        {
            var signature = new byte[PublicKey.SignatureLength];
            key.Sign(data, signature);
            return signature;
        }
    }

    private static DpopKey Rsa(string algorithm)
    {
        var key = RSA.Create(2048);
        var parameters = key.ExportParameters(includePrivateParameters: false);
        var padding = algorithm[0] == 'P' ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
        return new DpopKey(algorithm, key, data => key.SignData(data, HashOf(algorithm), padding), new JsonObject
        {
            ["kty"] = "RSA",
            ["n"] = Base64Url.EncodeToString(parameters.Modulus),
            ["e"] = Base64Url.EncodeToString(parameters.Exponent),
        });
    }

    private static JsonObject Point(string curve, byte[]? x, byte[]? y) => new()
    {
        ["kty"] = "EC",
        ["crv"] = curve,
        ["x"] = Base64Url.EncodeToString(x),
        ["y"] = Base64Url.EncodeToString(y),
    };

    // ES256, PS384 … end in the size of their hash.
    private static HashAlgorithmName HashOf(string algorithm) => Hashes.Single(hash => hash.Name![3..] == algorithm[2..]);

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
