using System.Security.Cryptography;
using System.Text.Json;

namespace Pds.Modules.Auth.OAuth.Proofs;

/// <summary>An algorithm that a proof may be signed with, and the kind of key that it takes.</summary>
internal sealed class ProofAlgorithm
{
    private static readonly ProofAlgorithm[] All =
    [
        Rsa("RS256", HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        Rsa("RS384", HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1),
        Rsa("RS512", HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1),
        Rsa("PS256", HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
        Rsa("PS384", HashAlgorithmName.SHA384, RSASignaturePadding.Pss),
        Rsa("PS512", HashAlgorithmName.SHA512, RSASignaturePadding.Pss),
        Ec("ES256", HashAlgorithmName.SHA256, "P-256"),
        Ec("ES256K", HashAlgorithmName.SHA256, "secp256k1"),
        Ec("ES384", HashAlgorithmName.SHA384, "P-384"),
        Ec("ES512", HashAlgorithmName.SHA512, "P-521"),
    ];

    private ProofAlgorithm(string name, HashAlgorithmName hash, RSASignaturePadding? padding, string? curve)
    {
        Name = name;
        Hash = hash;
        Padding = padding;
        Curve = curve;
    }

    /// <summary>The ten names, as metadata and challenges list them.</summary>
    public static IReadOnlyList<string> Names { get; } = All.Select(algorithm => algorithm.Name).ToArray();

    /// <summary>The name in a JWT's <c>alg</c>.</summary>
    public string Name { get; }

    public HashAlgorithmName Hash { get; }

    /// <summary>Null unless the key is an RSA key.</summary>
    public RSASignaturePadding? Padding { get; }

    /// <summary>The JWK's <c>crv</c>; null when the key is an RSA key.</summary>
    public string? Curve { get; }

    /// <summary>The algorithm of a name; null when there is none.</summary>
    public static ProofAlgorithm? Find(string name) => Array.Find(All, algorithm => algorithm.Name == name);

    /// <summary>The algorithm that a string claim names; null when it is none of them.</summary>
    public static ProofAlgorithm? Read(ref readonly Utf8JsonReader claim)
    {
        if (claim.TokenType == JsonTokenType.String)
        {
            foreach (var algorithm in All)
            {
                if (claim.ValueTextEquals(algorithm.Name))
                {
                    return algorithm;
                }
            }
        }

        return null;
    }

    private static ProofAlgorithm Rsa(string name, HashAlgorithmName hash, RSASignaturePadding padding) =>
        new(name, hash, padding, null);

    private static ProofAlgorithm Ec(string name, HashAlgorithmName hash, string curve) => new(name, hash, null, curve);
}
