using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using AtProto;

namespace Pds.Modules.Auth.Passkeys;

/// <summary>An account as authenticators know it.</summary>
internal sealed record PasskeyUser(Did Did)
{
    /// <summary>Says nothing of who it is, and fits into the 64 bytes that WebAuthn gives it, as a did:web may not.</summary>
    public string Id { get; } = Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(Did.Value)));
}
