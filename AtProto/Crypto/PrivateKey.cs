using System.Security.Cryptography;

namespace AtProto.Crypto;

/// <summary>
/// A key that signs. Safe for concurrent use; keep it, since importing costs more than signing. P-256 is the cheaper curve.
/// Source: atproto specification, "Cryptography".
/// </summary>
/// <remarks>
/// <see cref="Dispose"/> wipes the copies of the scalar that this library and the platform hold. BouncyCastle keeps that
/// of a secp256k1 key in an immutable number, which is dropped but cannot be wiped.
/// </remarks>
public sealed class PrivateKey : IDisposable
{
    private readonly byte[] _scalar;
    private readonly Signer _signer;
    private int _disposed;

    private PrivateKey(KeyCurve curve, byte[] scalar)
    {
        Curve = curve;
        _scalar = scalar;
        _signer = Signer.Create(curve, scalar);
    }

    /// <summary>The curve that the key is on.</summary>
    public KeyCurve Curve { get; }

    /// <summary>The public half.</summary>
    public PublicKey PublicKey => _signer.PublicKey;

    /// <summary>Makes a key from the system's randomness.</summary>
    /// <param name="curve">The curve.</param>
    public static PrivateKey Generate(KeyCurve curve)
    {
        var parameters = CurveParameters.Of(curve);
        var scalar = NewSecret();
        do
        {
            RandomNumberGenerator.Fill(scalar);
        }
        while (!parameters.IsScalar(scalar));

        return new PrivateKey(curve, scalar);
    }

    /// <summary>Imports a key.</summary>
    /// <param name="curve">The curve.</param>
    /// <param name="scalar">32 bytes, big-endian. Copied; the caller wipes its own.</param>
    /// <exception cref="FormatException">
    /// <paramref name="scalar"/> has another length, is zero, or is not below the order of the curve.
    /// </exception>
    public static PrivateKey FromBytes(KeyCurve curve, ReadOnlySpan<byte> scalar)
    {
        if (!CurveParameters.Of(curve).IsScalar(scalar))
        {
            throw new FormatException("Not a private key of the curve.");
        }

        var copy = NewSecret();
        scalar.CopyTo(copy);
        return new PrivateKey(curve, copy);
    }

    /// <summary>Signs the SHA-256 of a message. The signature has a low <c>s</c>; a secp256k1 one is deterministic (RFC 6979).</summary>
    /// <param name="message">The message, not yet hashed.</param>
    /// <param name="signature">Receives 64 bytes, <c>r</c> then <c>s</c>.</param>
    /// <exception cref="ArgumentException"><paramref name="signature"/> does not have exactly 64 bytes.</exception>
    /// <exception cref="ObjectDisposedException">The key is disposed.</exception>
    public void Sign(ReadOnlySpan<byte> message, Span<byte> signature)
    {
        if (signature.Length != PublicKey.SignatureLength)
        {
            throw new ArgumentException("A signature has 64 bytes.", nameof(signature));
        }

        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        Span<byte> hash = stackalloc byte[Sha256.Length];
        Sha256.Hash(message, hash);
        _signer.Sign(hash, signature);
        CurveParameters.Of(Curve).MakeLowS(signature);
    }

    /// <summary>Signs the SHA-256 of a message; see <see cref="Sign(ReadOnlySpan{byte}, Span{byte})"/>.</summary>
    /// <param name="message">The message, not yet hashed.</param>
    /// <returns>64 bytes, <c>r</c> then <c>s</c>.</returns>
    /// <exception cref="ObjectDisposedException">The key is disposed.</exception>
    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        var signature = new byte[PublicKey.SignatureLength];
        Sign(message, signature);
        return signature;
    }

    /// <summary>The scalar, 32 bytes, big-endian. The caller wipes it after use.</summary>
    /// <exception cref="ObjectDisposedException">The key is disposed.</exception>
    public byte[] Export()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        return [.. _scalar];
    }

    /// <summary>Wipes the key. Later use throws.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            CryptographicOperations.ZeroMemory(_scalar);
            _signer.Dispose();
        }
    }

    // Pinned, so that the collector leaves no copy behind when it compacts.
    private static byte[] NewSecret() => GC.AllocateUninitializedArray<byte>(CurveParameters.ScalarLength, pinned: true);
}
