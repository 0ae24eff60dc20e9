using System.Diagnostics.CodeAnalysis;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC.Multiplier;
using ECPoint = Org.BouncyCastle.Math.EC.ECPoint;

namespace AtProto.Crypto;

/// <summary>What is fixed for a curve: its arithmetic, its order, and the multicodec that names it.</summary>
internal sealed class CurveParameters
{
    public const int ScalarLength = 32;
    public const int CompressedLength = 33;
    public const int UncompressedLength = 65;
    public const int SignatureLength = 64;

    private static readonly CurveParameters P256 = new("secp256r1", [0x80, 0x24], "ES256");
    private static readonly CurveParameters K256 = new("secp256k1", [0xE7, 0x01], "ES256K");

    private readonly byte[] _order;
    private readonly byte[] _halfOrder;

    private CurveParameters(string name, byte[] multicodec, string jwtAlgorithm)
    {
        Domain = new ECDomainParameters(CustomNamedCurves.GetByName(name));
        Multicodec = multicodec;
        JwtAlgorithm = jwtAlgorithm;
        _order = Domain.N.ToByteArrayUnsigned();
        _halfOrder = Domain.N.ShiftRight(1).ToByteArrayUnsigned();
    }

    public ECDomainParameters Domain { get; }

    public byte[] Multicodec { get; }

    public string JwtAlgorithm { get; }

    public static CurveParameters Of(KeyCurve curve) => curve switch
    {
        KeyCurve.P256 => P256,
        KeyCurve.K256 => K256,
        _ => throw new ArgumentOutOfRangeException(nameof(curve)),
    };

    /// <summary>Whether the bytes are a private key: 32 of them, above zero and below the order.</summary>
    public bool IsScalar(ReadOnlySpan<byte> bytes) =>
        bytes.Length == ScalarLength && bytes.ContainsAnyExcept((byte)0) && bytes.SequenceCompareTo(_order) < 0;

    /// <summary>The compressed form of the public key that belongs to a scalar.</summary>
    public byte[] DerivePublicKey(ReadOnlySpan<byte> scalar) =>
        new FixedPointCombMultiplier().Multiply(Domain.G, new BigInteger(1, scalar)).Normalize().GetEncoded(compressed: true);

    /// <summary>Reads a point in compressed (33 bytes) or uncompressed (65 bytes) form; false when it is not on the curve.</summary>
    public bool TryDecodePoint(ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out ECPoint? point)
    {
        point = null;
        var isPossible = encoded.Length switch
        {
            CompressedLength => encoded[0] is 2 or 3,
            UncompressedLength => encoded[0] is 4,
            _ => false,
        };
        if (!isPossible)
        {
            return false;
        }

        try
        {
            point = Domain.Curve.DecodePoint(encoded);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Whether the <c>s</c> of a signature is in the lower half of the order.</summary>
    public bool IsLowS(ReadOnlySpan<byte> signature) => signature[ScalarLength..].SequenceCompareTo(_halfOrder) <= 0;

    /// <summary>Replaces a high <c>s</c> by <c>n - s</c>, which verifies just as well.</summary>
    public void MakeLowS(Span<byte> signature)
    {
        if (IsLowS(signature))
        {
            return;
        }

        var s = signature[ScalarLength..];
        var borrow = 0;
        for (var i = ScalarLength - 1; i >= 0; i--)
        {
            var difference = _order[i] - s[i] - borrow;
            s[i] = (byte)difference;
            borrow = difference < 0 ? 1 : 0;
        }
    }
}
