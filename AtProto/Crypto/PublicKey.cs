using System.Diagnostics.CodeAnalysis;
using ECPoint = Org.BouncyCastle.Math.EC.ECPoint;

namespace AtProto.Crypto;

/// <summary>
/// A key that verifies signatures. Immutable, safe for concurrent use, compared by curve and point. What verification
/// needs is made on first use and kept, so keep the key. Source: atproto specification, "Cryptography".
/// </summary>
public sealed class PublicKey : IEquatable<PublicKey>
{
    /// <summary>The length of a signature, in bytes: <c>r</c> then <c>s</c>, each 32 bytes, big-endian.</summary>
    public const int SignatureLength = CurveParameters.SignatureLength;

    private const string DidKeyPrefix = "did:key:";

    private readonly byte[] _compressed;
    private string? _didKey;
    private Verifier? _verifier;

    private PublicKey(KeyCurve curve, ECPoint point)
    {
        Curve = curve;
        Point = point.Normalize();
        _compressed = Point.GetEncoded(compressed: true);
    }

    /// <summary>The curve that the key is on.</summary>
    public KeyCurve Curve { get; }

    /// <summary>The name of the key's algorithm in a JWT: <c>ES256</c> or <c>ES256K</c>.</summary>
    public string JwtAlgorithm => CurveParameters.Of(Curve).JwtAlgorithm;

    /// <summary>The point in compressed form, 33 bytes.</summary>
    public ReadOnlySpan<byte> CompressedBytes => _compressed;

    internal ECPoint Point { get; }

    /// <summary>Parses a did:key of either curve, such as <c>did:key:zQ3sh…</c>.</summary>
    /// <param name="text">The did:key.</param>
    /// <exception cref="FormatException"><paramref name="text"/> is not a did:key, or of another kind of key.</exception>
    public static PublicKey ParseDidKey(string text) =>
        TryParseDidKey(text, out var key) ? key : throw new FormatException("Not a did:key of P-256 or secp256k1.");

    /// <summary>Parses a did:key; false when it is not one, or of a kind of key other than the two curves.</summary>
    /// <param name="text">The did:key.</param>
    /// <param name="key">The key; for a text met recently the same object as before.</param>
    public static bool TryParseDidKey([NotNullWhen(true)] string? text, [NotNullWhen(true)] out PublicKey? key)
    {
        key = null;
        return text is not null
            && text.StartsWith(DidKeyPrefix, StringComparison.Ordinal)
            && TryParseMultibase(text.AsSpan(DidKeyPrefix.Length), out key);
    }

    /// <summary>Parses a Multikey: multibase of the curve's multicodec and the compressed point.</summary>
    /// <param name="text">The text, beginning with its base.</param>
    /// <exception cref="FormatException"><paramref name="text"/> is not a Multikey of either curve.</exception>
    public static PublicKey ParseMultibase(ReadOnlySpan<char> text) =>
        TryParseMultibase(text, out var key) ? key : throw new FormatException("Not a Multikey of P-256 or secp256k1.");

    /// <summary>Parses a Multikey; false when it is not one of either curve.</summary>
    /// <param name="text">The text, beginning with its base.</param>
    /// <param name="key">The key; for a text met recently the same object as before.</param>
    public static bool TryParseMultibase(ReadOnlySpan<char> text, [NotNullWhen(true)] out PublicKey? key)
    {
        if (PublicKeyCache.Shared.TryGet(text, out key))
        {
            return true;
        }

        if (!Multibase.TryDecode(text, out var bytes) || bytes.Length != 2 + CurveParameters.CompressedLength)
        {
            return false;
        }

        KeyCurve? curve = bytes switch
        {
            [0x80, 0x24, ..] => KeyCurve.P256,
            [0xE7, 0x01, ..] => KeyCurve.K256,
            _ => null,
        };
        if (curve is null || !TryFromPoint(curve.Value, bytes.AsSpan(2), out key))
        {
            return false;
        }

        PublicKeyCache.Shared.Add(text, key);
        return true;
    }

    /// <summary>Reads a point in compressed (33 bytes) or uncompressed (65 bytes) form; false when it is not on the curve.</summary>
    /// <param name="curve">The curve.</param>
    /// <param name="point">The point as SEC 1 encodes it.</param>
    /// <param name="key">The key.</param>
    public static bool TryFromPoint(KeyCurve curve, ReadOnlySpan<byte> point, [NotNullWhen(true)] out PublicKey? key)
    {
        key = CurveParameters.Of(curve).TryDecodePoint(point, out var decoded) ? new PublicKey(curve, decoded) : null;
        return key is not null;
    }

    /// <summary>The key as a did:key: <c>zDn…</c> for P-256, <c>zQ3s…</c> for secp256k1, after <c>did:key:</c>.</summary>
    public string ToDidKey() => _didKey ??= DidKeyPrefix + EncodeMultibase();

    /// <summary>The key as a Multikey: what follows <c>did:key:</c> in <see cref="ToDidKey"/>.</summary>
    public string ToMultibase() => ToDidKey()[DidKeyPrefix.Length..];

    /// <summary>Whether the signature is the key's over the SHA-256 of the message. Never throws.</summary>
    /// <param name="message">The message, not yet hashed.</param>
    /// <param name="signature">64 bytes; anything else, DER included, is refused.</param>
    /// <param name="allowHighS">
    /// Accepts an <c>s</c> in the upper half of the order. Commits and PLC operations refuse it, since it makes a second valid
    /// signature out of a first; JWTs must accept it, since ordinary libraries emit it.
    /// </param>
    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature, bool allowHighS = false)
    {
        if (signature.Length != SignatureLength || (!allowHighS && !CurveParameters.Of(Curve).IsLowS(signature)))
        {
            return false;
        }

        Span<byte> hash = stackalloc byte[Sha256.Length];
        Sha256.Hash(message, hash);

        // Two threads may make one each the first time; either serves.
        var verifier = _verifier ??= Verifier.Create(Curve, Point);
        return verifier.Verify(hash, signature);
    }

    /// <summary>Whether both are the same point on the same curve.</summary>
    /// <param name="other">The other key.</param>
    public bool Equals(PublicKey? other) =>
        other is not null && Curve == other.Curve && _compressed.AsSpan().SequenceEqual(other._compressed);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PublicKey);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(_compressed, 1);

    /// <summary>The key as a did:key.</summary>
    public override string ToString() => ToDidKey();

    private string EncodeMultibase() => Multibase.Encode([.. CurveParameters.Of(Curve).Multicodec, .. _compressed]);
}
