using System.Buffers.Text;
using System.Security.Cryptography;
using AtProto.Crypto;

namespace Pds.Modules.Auth.OAuth.Proofs;

/// <summary>
/// A client's public key, imported; importing costs more than a verification. Safe for concurrent use: the native key is
/// only read. Never disposed by hand: keys are shared through a cache, and the handle beneath has a finalizer.
/// </summary>
internal abstract class ProofKey(string thumbprint, string? curve)
{
    private const int MaxModulus = 512;
    private const int MinModulus = 256;
    private const int MaxExponent = 4;

    public string Thumbprint { get; } = thumbprint;

    /// <summary>Imports a key.</summary>
    /// <exception cref="OAuthException">It is not on its curve, too weak, too long, or not spelled the one way.</exception>
    public static ProofKey Import(in ProofJwk jwk, string thumbprint)
    {
        try
        {
            return jwk.Curve switch
            {
                null => new RsaKey(thumbprint, ImportRsa(jwk)),
                "secp256k1" => new K256Key(thumbprint, ImportK256(jwk)),
                "P-256" => new EcKey(thumbprint, jwk.Curve, ImportEc(jwk, ECCurve.NamedCurves.nistP256, 32)),
                "P-384" => new EcKey(thumbprint, jwk.Curve, ImportEc(jwk, ECCurve.NamedCurves.nistP384, 48)),
                _ => new EcKey(thumbprint, jwk.Curve, ImportEc(jwk, ECCurve.NamedCurves.nistP521, 66)),
            };
        }
        catch (CryptographicException)
        {
            throw Unusable();
        }
    }

    /// <summary>Whether the signature is the key's, by an algorithm that is for keys like it.</summary>
    public bool Verify(ProofAlgorithm algorithm, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature) =>
        algorithm.Curve == curve && VerifyData(algorithm, signed, signature);

    protected abstract bool VerifyData(ProofAlgorithm algorithm, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature);

    private static ECDsa ImportEc(in ProofJwk jwk, ECCurve curve, int size) => ECDsa.Create(new ECParameters
    {
        Curve = curve,
        Q = { X = Decode(jwk.First, size, size), Y = Decode(jwk.Second, size, size) },
    });

    private static PublicKey ImportK256(in ProofJwk jwk) =>
        PublicKey.TryFromPoint(KeyCurve.K256, [4, .. Decode(jwk.First, 32, 32), .. Decode(jwk.Second, 32, 32)], out var key)
            ? key
            : throw Unusable();

    private static RSA ImportRsa(in ProofJwk jwk) => RSA.Create(new RSAParameters
    {
        Modulus = Decode(jwk.First, MinModulus, MaxModulus),
        Exponent = Decode(jwk.Second, 1, MaxExponent),
    });

    // Without padding and with its spare bits zero: a second spelling would be a second thumbprint.
    private static byte[] Decode(ReadOnlySpan<byte> text, int min, int max)
    {
        if (text.Length > Base64Url.GetEncodedLength(max) || !Base64Url.IsValid(text))
        {
            throw Unusable();
        }

        var bytes = Base64Url.DecodeFromUtf8(text);
        return bytes.Length >= min && bytes.Length <= max && Base64Url.EncodeToUtf8(bytes).AsSpan().SequenceEqual(text)
            ? bytes
            : throw Unusable();
    }

    private static OAuthException Unusable() => OAuthException.InvalidDpopProof("DPoP jwk is not a usable key");

    private sealed class EcKey(string thumbprint, string curve, ECDsa key) : ProofKey(thumbprint, curve)
    {
        protected override bool VerifyData(ProofAlgorithm algorithm, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature) =>
            key.VerifyData(signed, signature, algorithm.Hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    private sealed class K256Key(string thumbprint, PublicKey key) : ProofKey(thumbprint, "secp256k1")
    {
        protected override bool VerifyData(ProofAlgorithm algorithm, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature) =>
            key.Verify(signed, signature, allowHighS: true);
    }

    private sealed class RsaKey(string thumbprint, RSA key) : ProofKey(thumbprint, null)
    {
        protected override bool VerifyData(ProofAlgorithm algorithm, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature) =>
            key.VerifyData(signed, signature, algorithm.Hash, algorithm.Padding!);
    }
}
