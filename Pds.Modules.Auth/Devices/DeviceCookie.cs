using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Pds.Modules.Auth.Devices;

/// <summary>
/// The value of the cookie by which a browser is known: its id, a counter that moves on, and a keyed hash of both. The
/// database holds the counter alone, so that a copy of it makes no cookie.
/// </summary>
/// <remarks>base64url of: id (16 bytes), generation (4, big endian), HMAC-SHA-256 (32).</remarks>
internal sealed class DeviceCookie(AuthOptions options)
{
    private const int IdLength = 16;
    private const int SignedLength = IdLength + sizeof(int);
    private const int Length = SignedLength + HMACSHA256.HashSizeInBytes;
    private const int TextLength = (Length * 8 + 5) / 6;

    private readonly byte[] _key = HKDF.DeriveKey(
        HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(options.JwtSecret), 32, info: "pds/auth/device/1"u8.ToArray());

    /// <summary>An id that no device has.</summary>
    public static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdLength));

    public string Write(string deviceId, int generation)
    {
        Span<byte> value = stackalloc byte[Length];
        Convert.FromHexString(deviceId, value, out _, out _);
        BinaryPrimitives.WriteInt32BigEndian(value[IdLength..], generation);
        HMACSHA256.HashData(_key, value[..SignedLength], value[SignedLength..]);
        return Base64Url.EncodeToString(value);
    }

    /// <summary>False for what this server, or another with its secret, has not written.</summary>
    public bool TryRead(string? cookie, out string deviceId, out int generation)
    {
        (deviceId, generation) = ("", 0);
        Span<byte> value = stackalloc byte[Length];
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        if (cookie is not { Length: TextLength }
            || !Base64Url.IsValid(cookie)
            || !Base64Url.TryDecodeFromChars(cookie, value, out var written)
            || written != Length)
        {
            return false;
        }

        HMACSHA256.HashData(_key, value[..SignedLength], expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, value[SignedLength..]))
        {
            return false;
        }

        deviceId = Convert.ToHexStringLower(value[..IdLength]);
        generation = BinaryPrimitives.ReadInt32BigEndian(value[IdLength..]);
        return true;
    }
}
