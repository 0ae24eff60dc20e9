using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using ECPoint = Org.BouncyCastle.Math.EC.ECPoint;

namespace AtProto.Crypto;

/// <summary>
/// A public key made ready for its library: P-256 for the platform's, secp256k1 for BouncyCastle, which is three times as
/// fast on it. Safe for concurrent use: the native key is only read.
/// </summary>
internal abstract class Verifier
{
    public static Verifier Create(KeyCurve curve, ECPoint point) => curve == KeyCurve.P256 ? new Platform(point) : new Managed(point);

    public abstract bool Verify(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature);

    private sealed class Platform(ECPoint point) : Verifier
    {
        // Never disposed by hand: keys are shared through a cache, and the handle beneath has a finalizer.
        private readonly ECDsa _key = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = { X = point.AffineXCoord.GetEncoded(), Y = point.AffineYCoord.GetEncoded() },
        });

        public override bool Verify(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature) =>
            _key.VerifyHash(hash, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    private sealed class Managed(ECPoint point) : Verifier
    {
        private readonly ECPublicKeyParameters _key = new(point, CurveParameters.Of(KeyCurve.K256).Domain);

        public override bool Verify(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
        {
            var verifier = new ECDsaSigner();
            verifier.Init(forSigning: false, _key);
            return verifier.VerifySignature(
                hash.ToArray(),
                new BigInteger(1, signature[..CurveParameters.ScalarLength]),
                new BigInteger(1, signature[CurveParameters.ScalarLength..]));
        }
    }
}
