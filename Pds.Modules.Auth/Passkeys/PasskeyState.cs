using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Pds.Modules.Auth.OAuth.Proofs;

namespace Pds.Modules.Auth.Passkeys;

/// <summary>Keeps a challenge with the browser that it was given to: sealed, for five minutes, good once.</summary>
internal sealed class PasskeyState(IDataProtectionProvider protection, ReplayMemory memory, TimeProvider time)
{
    private const int MaxLength = 8 * 1024;

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <param name="purpose">What it may be used for: nothing else opens it.</param>
    public string Seal(string state, string purpose, string deviceId)
    {
        var packed = new byte[sizeof(long) + Encoding.UTF8.GetByteCount(state)];
        BinaryPrimitives.WriteInt64BigEndian(packed, (time.GetUtcNow() + Lifetime).Ticks);
        Encoding.UTF8.GetBytes(state, packed.AsSpan(sizeof(long)));
        return Base64Url.EncodeToString(Protector(purpose, deviceId).Protect(packed));
    }

    /// <summary>What was sealed; null when it is not for this purpose and device, is too old, or was opened before.</summary>
    public async Task<string?> TryOpenAsync(string text, string purpose, string deviceId, CancellationToken cancellationToken)
    {
        if (text.Length > MaxLength || !Base64Url.IsValid(text))
        {
            return null;
        }

        byte[] packed;
        try
        {
            packed = Protector(purpose, deviceId).Unprotect(Base64Url.DecodeFromChars(text));
        }
        catch (CryptographicException)
        {
            return null;
        }

        if (BinaryPrimitives.ReadInt64BigEndian(packed) < time.GetUtcNow().Ticks)
        {
            return null;
        }

        var name = Convert.ToHexStringLower(SHA256.HashData(packed));
        return await memory.TryUseAsync("passkey", name, Lifetime, cancellationToken)
            ? Encoding.UTF8.GetString(packed.AsSpan(sizeof(long)))
            : null;
    }

    private IDataProtector Protector(string purpose, string deviceId) => protection.CreateProtector("auth.passkey", purpose, deviceId);
}
