using System.Security.Cryptography;
using System.Text;

namespace Pds.Modules.Auth.OAuth.Keys;

/// <summary>
/// Encrypts the ring of Data Protection: AES-256-GCM under a key that HKDF-SHA256 derives from the operator's secret, which is
/// not in the database.
/// </summary>
/// <remarks>Layout: nonce (12 bytes), tag (16), encrypted text.</remarks>
internal sealed class RingSecret(AuthOptions options)
{
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int Overhead = NonceLength + TagLength;

    private readonly byte[] _key = HKDF.DeriveKey(
        HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(options.JwtSecret), 32, info: "pds/auth/data-protection/1"u8.ToArray());

    public byte[] Encrypt(ReadOnlySpan<byte> text)
    {
        var result = new byte[Overhead + text.Length];
        RandomNumberGenerator.Fill(result.AsSpan(0, NonceLength));
        using var aes = new AesGcm(_key, TagLength);
        aes.Encrypt(result.AsSpan(0, NonceLength), text, result.AsSpan(Overhead), result.AsSpan(NonceLength, TagLength));
        return result;
    }

    /// <exception cref="CryptographicException">The operator's secret is another one now.</exception>
    public byte[] Decrypt(ReadOnlySpan<byte> encrypted)
    {
        if (encrypted.Length < Overhead)
        {
            throw new CryptographicException("An encrypted key is cut short.");
        }

        var text = new byte[encrypted.Length - Overhead];
        using var aes = new AesGcm(_key, TagLength);
        aes.Decrypt(encrypted[..NonceLength], encrypted[Overhead..], encrypted.Slice(NonceLength, TagLength), text);
        return text;
    }
}
