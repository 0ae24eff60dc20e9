using System.Security.Cryptography;
using System.Text;
using AtProto.Crypto;

namespace Pds.Modules.Repo.Keys;

/// <summary>
/// Encrypts account keys for storage: AES-256-GCM under a key that HKDF-SHA256 derives from the PLC rotation key, so a copy
/// of the database alone signs nothing. The public half is authenticated too: a sealed key cannot be put in another's row.
/// </summary>
/// <remarks>Layout: format 1, curve, nonce (12 bytes), tag (16), encrypted scalar (32).</remarks>
internal sealed class KeySealer
{
    private const byte Format = 1;
    private const int NonceAt = 2;
    private const int TagAt = NonceAt + 12;
    private const int ScalarAt = TagAt + 16;
    private const int Length = ScalarAt + 32;

    private readonly byte[] _key;

    public KeySealer(RepoOptions options)
    {
        var secret = Convert.FromHexString(options.PlcRotationKey);
        _key = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, info: "pds/repo/signing-key/1"u8.ToArray());
        CryptographicOperations.ZeroMemory(secret);
    }

    public byte[] Seal(PrivateKey key)
    {
        var result = new byte[Length];
        result[0] = Format;
        result[1] = (byte)key.Curve;
        RandomNumberGenerator.Fill(result.AsSpan(NonceAt, 12));

        var scalar = key.Export();
        using var aes = new AesGcm(_key, 16);
        aes.Encrypt(
            result.AsSpan(NonceAt, 12), scalar, result.AsSpan(ScalarAt), result.AsSpan(TagAt, 16),
            Context(result, key.PublicKey.ToDidKey()));
        CryptographicOperations.ZeroMemory(scalar);
        return result;
    }

    /// <exception cref="CryptographicException">The rotation key has changed, or the bytes are another key's.</exception>
    public PrivateKey Open(ReadOnlySpan<byte> sealedKey, string didKey)
    {
        if (sealedKey.Length != Length || sealedKey[0] != Format)
        {
            throw new CryptographicException("A stored signing key has an unknown format.");
        }

        Span<byte> scalar = stackalloc byte[32];
        using var aes = new AesGcm(_key, 16);
        aes.Decrypt(
            sealedKey.Slice(NonceAt, 12), sealedKey[ScalarAt..], sealedKey.Slice(TagAt, 16), scalar, Context(sealedKey, didKey));
        var key = PrivateKey.FromBytes((KeyCurve)sealedKey[1], scalar);
        CryptographicOperations.ZeroMemory(scalar);
        return key;
    }

    /// <summary>The same key, sealed by another sealer.</summary>
    /// <exception cref="CryptographicException">It does not open.</exception>
    public byte[] SealFor(KeySealer other, ReadOnlySpan<byte> sealedKey, string didKey)
    {
        using var key = Open(sealedKey, didKey);
        return other.Seal(key);
    }

    private static byte[] Context(ReadOnlySpan<byte> sealedKey, string didKey) =>
        [.. sealedKey[..NonceAt], .. Encoding.ASCII.GetBytes(didKey)];
}
