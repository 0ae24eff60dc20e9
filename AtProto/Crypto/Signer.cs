using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;

namespace AtProto.Crypto;

/// <summary>
/// A private key made ready for its library; see <see cref="Verifier"/>. Signatures may have a high <c>s</c>. Safe for
/// concurrent use.
/// </summary>
internal abstract class Signer : IDisposable
{
    public abstract PublicKey PublicKey { get; }

    public static Signer Create(KeyCurve curve, byte[] scalar) => curve != KeyCurve.P256 ? new Managed(scalar)
        : OpenSsl.IsAvailable ? new OpenSslSigner(scalar)
        : new Platform(scalar);

    public abstract void Sign(ReadOnlySpan<byte> hash, Span<byte> signature);

    public abstract void Dispose();

    private protected static PublicKey ToPublicKey(KeyCurve curve, ReadOnlySpan<byte> point) =>
        PublicKey.TryFromPoint(curve, point, out var key)
            ? key
            : throw new CryptographicException("A derived point is not on its curve.");

    internal sealed class Platform : Signer
    {
        private readonly ECDsa _key;

        public Platform(byte[] scalar)
        {
            var parameters = new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = scalar };
            if (!OperatingSystem.IsLinux())
            {
                // OpenSSL finds the public half itself, in half the time that it takes to check one; others must be told.
                var known = ToPublicKey(KeyCurve.P256, CurveParameters.Of(KeyCurve.P256).DerivePublicKey(scalar)).Point;
                parameters.Q = new ECPoint { X = known.AffineXCoord.GetEncoded(), Y = known.AffineYCoord.GetEncoded() };
            }

            _key = ECDsa.Create(parameters);
            var point = _key.ExportParameters(includePrivateParameters: false).Q;
            PublicKey = ToPublicKey(KeyCurve.P256, [4, .. point.X!, .. point.Y!]);
        }

        public override PublicKey PublicKey { get; }

        public override void Sign(ReadOnlySpan<byte> hash, Span<byte> signature)
        {
            if (!_key.TrySignHash(hash, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation, out var written)
                || written != CurveParameters.SignatureLength)
            {
                throw new CryptographicException("The platform did not sign.");
            }
        }

        public override void Dispose() => _key.Dispose();
    }

    private sealed class Managed(byte[] scalar) : Signer
    {
        private ECPrivateKeyParameters? _key = new(new BigInteger(1, scalar), CurveParameters.Of(KeyCurve.K256).Domain);

        public override PublicKey PublicKey { get; } =
            ToPublicKey(KeyCurve.K256, CurveParameters.Of(KeyCurve.K256).DerivePublicKey(scalar));

        public override void Sign(ReadOnlySpan<byte> hash, Span<byte> signature)
        {
            var key = _key ?? throw new ObjectDisposedException(nameof(PrivateKey));

            // RFC 6979: the nonce is derived from key and hash, so equal input gives equal bytes.
            var signer = new ECDsaSigner(new HMacDsaKCalculator(new Sha256Digest()));
            signer.Init(forSigning: true, key);
            var parts = signer.GenerateSignature(hash.ToArray());
            Write(parts[0], signature[..CurveParameters.ScalarLength]);
            Write(parts[1], signature[CurveParameters.ScalarLength..]);
        }

        public override void Dispose() => _key = null;

        private static void Write(BigInteger value, Span<byte> target)
        {
            var length = value.GetLengthofByteArrayUnsigned();
            target[..^length].Clear();
            value.ToByteArrayUnsigned(target[^length..]);
        }
    }
}
