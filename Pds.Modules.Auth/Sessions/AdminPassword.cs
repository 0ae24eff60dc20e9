using System.Security.Cryptography;
using System.Text;

namespace Pds.Modules.Auth.Sessions;

/// <summary>The administrator's credentials: Basic authentication of the user <c>admin</c>, or the password alone at the console.</summary>
internal sealed class AdminPassword(AuthOptions options)
{
    // Digests, so that not even the length shows in the time that a comparison takes.
    private readonly byte[] _expected = Digest($"admin:{options.AdminPassword}");

    /// <param name="credentials">What follows <c>Basic</c> in the header.</param>
    public bool Matches(string credentials)
    {
        var decoded = new byte[credentials.Length];
        return Convert.TryFromBase64String(credentials, decoded, out var length)
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(decoded.AsSpan(0, length)), _expected);
    }

    /// <summary>Whether this is the password.</summary>
    public bool IsRight(string password) => CryptographicOperations.FixedTimeEquals(Digest($"admin:{password}"), _expected);

    private static byte[] Digest(string credentials) => SHA256.HashData(Encoding.UTF8.GetBytes(credentials));
}
