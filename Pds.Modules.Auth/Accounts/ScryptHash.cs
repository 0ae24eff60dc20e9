using System.Security.Cryptography;
using System.Text;
using AtProto;
using NSec.Cryptography;

namespace Pds.Modules.Auth.Accounts;

/// <summary>
/// The password hashes of the reference server, which come with accounts that were taken over from it: scrypt (N 16384, r 8, p 1)
/// of 64 bytes, kept here as <c>$scrypt$ln=14,r=8,p=1$salt$hash</c> until their password is typed for the first time.
/// </summary>
internal static class ScryptHash
{
    /// <summary>The bytes of a hash.</summary>
    public const int Length = 64;

    private const string Prefix = "$scrypt$ln=14,r=8,p=1$";
    private const int SaltDigits = 32;

    private static readonly Scrypt Algorithm = PasswordBasedKeyDerivationAlgorithm.Scrypt(
        new ScryptParameters { Cost = 1 << 14, BlockSize = 8, Parallelization = 1 });

    public static bool IsForm(string hash) => hash.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Reads the reference's form: salt and hash in hexadecimal, a colon between them.</summary>
    /// <exception cref="FormatException">It is anything else.</exception>
    public static string FromReference(string text)
    {
        var (salt, hash) = Split(text);
        return $"{Prefix}{salt}${Convert.ToBase64String(hash)}";
    }

    /// <summary>The hash of the reference's form without its salt, which is always the same for the app passwords of one account.</summary>
    /// <exception cref="FormatException">It is anything else.</exception>
    public static byte[] AppPasswordFromReference(string text) => Split(text).Hash;

    /// <exception cref="FormatException">The hash is of another form.</exception>
    public static bool Verify(string password, string hash)
    {
        if (!IsForm(hash) || hash[Prefix.Length..].Split('$') is not [{ Length: SaltDigits } salt, var expected])
        {
            throw new FormatException("Not a password hash of a known form.");
        }

        return CryptographicOperations.FixedTimeEquals(Derive(password, salt), Convert.FromBase64String(expected));
    }

    /// <summary>What the reference stores of an app password.</summary>
    public static byte[] OfAppPassword(Did did, string password)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(did.Value));
        return Derive(password, Convert.ToHexStringLower(digest.AsSpan(0, SaltDigits / 2)));
    }

    // The salt is the text of its digits, not what they stand for.
    private static byte[] Derive(string password, string salt) =>
        Algorithm.DeriveBytes(Encoding.UTF8.GetBytes(password), Encoding.ASCII.GetBytes(salt), Length);

    private static (string Salt, byte[] Hash) Split(string text) =>
        text.Split(':') is [{ Length: SaltDigits } salt, { Length: Length * 2 } hash] && salt.All(char.IsAsciiHexDigitLower)
            ? (salt, Convert.FromHexString(hash))
            : throw new FormatException("Not a password hash of the reference server.");
}
