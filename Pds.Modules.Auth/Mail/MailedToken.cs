using System.Security.Cryptography;
using System.Text;

namespace Pds.Modules.Auth.Mail;

/// <summary>The form of the codes that are mailed: <c>XXXXX-XXXXX</c>, ten characters of base32, compared whatever their case.</summary>
internal static class MailedToken
{
    private const int Length = 10;
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public static string New()
    {
        var token = RandomNumberGenerator.GetString(Alphabet, Length);
        return $"{token[..5]}-{token[5..]}";
    }

    /// <summary>The hash by which a code is stored, of whatever somebody typed; never equal for another purpose.</summary>
    public static byte[] Hash(MailPurpose purpose, string typed)
    {
        var token = typed.Length <= 64
            ? new string([.. typed.ToUpperInvariant().Where(char.IsAsciiLetterOrDigit)])
            : "";
        return SHA256.HashData(Encoding.UTF8.GetBytes($"{purpose} {token}"));
    }
}
