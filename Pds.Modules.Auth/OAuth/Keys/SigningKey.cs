using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using AtProto.Crypto;
using Microsoft.IdentityModel.Tokens;

namespace Pds.Modules.Auth.OAuth.Keys;

/// <summary>A key of ES256 that signs access tokens, and its public half as a JWK.</summary>
internal sealed class SigningKey
{
    private SigningKey(PrivateKey key, ECPoint point, DateTimeOffset createdAt, DateTimeOffset activeFrom)
    {
        Key = key;
        CreatedAt = createdAt;
        ActiveFrom = activeFrom;
        X = Base64Url.EncodeToString(point.X!);
        Y = Base64Url.EncodeToString(point.Y!);

        // The thumbprint of RFC 7638.
        var members = $$"""{"crv":"P-256","kty":"EC","x":"{{X}}","y":"{{Y}}"}""";
        Kid = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(members)));
    }

    /// <summary>The JWK thumbprint.</summary>
    public string Kid { get; }

    public PrivateKey Key { get; }

    public PublicKey PublicKey => Key.PublicKey;

    public DateTimeOffset CreatedAt { get; }

    /// <summary>When it begins to sign; known to all replicas before that.</summary>
    public DateTimeOffset ActiveFrom { get; }

    /// <summary>The public point's coordinates in base64url, as a JWK has them.</summary>
    public string X { get; }

    public string Y { get; }

    public static SigningKey Generate(DateTimeOffset createdAt, DateTimeOffset activeFrom) =>
        Create(PrivateKey.Generate(KeyCurve.P256), createdAt, activeFrom);

    /// <param name="scalar">32 bytes.</param>
    public static SigningKey Import(ReadOnlySpan<byte> scalar, DateTimeOffset createdAt, DateTimeOffset activeFrom) =>
        Create(PrivateKey.FromBytes(KeyCurve.P256, scalar), createdAt, activeFrom);

    public JsonWebKey ToJwk() => new() { Kty = "EC", Crv = "P-256", Alg = "ES256", Use = "sig", Kid = Kid, X = X, Y = Y };

    private static SigningKey Create(PrivateKey key, DateTimeOffset createdAt, DateTimeOffset activeFrom)
    {
        var scalar = key.Export();
        using var platform = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = scalar });
        CryptographicOperations.ZeroMemory(scalar);
        return new SigningKey(key, platform.ExportParameters(includePrivateParameters: false).Q, createdAt, activeFrom);
    }
}
