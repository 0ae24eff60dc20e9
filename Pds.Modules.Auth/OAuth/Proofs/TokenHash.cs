using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Pds.Modules.Auth.OAuth.Proofs;

/// <summary>The SHA-256 of a token, base64url: the <c>ath</c> of a proof, and the token's name in caches.</summary>
internal static class TokenHash
{
    public const int Length = 43;

    private const int UsualLength = 2048;

    /// <param name="hash"><see cref="Length"/> characters.</param>
    public static void Write(string token, Span<char> hash)
    {
        var length = Encoding.UTF8.GetByteCount(token);
        Span<byte> text = length <= UsualLength ? stackalloc byte[UsualLength] : new byte[length];
        Encoding.UTF8.GetBytes(token, text);

        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text[..length], bytes);
        Base64Url.EncodeToChars(bytes, hash);
    }
}
