using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NSec.Cryptography;

namespace Pds.Modules.Auth.Accounts;

/// <summary>
/// Argon2id hashes in the text form <c>$argon2id$v=19$m=19456,t=2,p=1$salt$hash</c>, which names their own cost: it can be
/// raised for new passwords while old ones keep working.
/// </summary>
internal static class PasswordHash
{
    // OWASP's recommendation for one lane. libsodium knows only one lane.
    private const int MemoryKibibytes = 19 * 1024;
    private const int Passes = 2;
    private const int SaltLength = 16;
    private const int HashLength = 32;

    // No text, from outside or from a faulty row, may ask for more than this.
    private const int MaxMemoryKibibytes = 1024 * 1024;
    private const int MaxPasses = 16;

    private static readonly Argon2id Current = Algorithm(MemoryKibibytes, Passes);

    /// <summary>A hash that no password matches, to spend the same time on an account that does not exist.</summary>
    public static string OfNoPassword { get; } =
        Format(MemoryKibibytes, Passes, new byte[SaltLength], RandomNumberGenerator.GetBytes(HashLength));

    public static string Create(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltLength);
        return Format(MemoryKibibytes, Passes, salt, Derive(Current, password, salt, HashLength));
    }

    /// <summary>Whether a password matches a hash of ours, or one that was taken over.</summary>
    /// <exception cref="FormatException">The hash is neither.</exception>
    public static bool Verify(string password, string hash)
    {
        if (ScryptHash.IsForm(hash))
        {
            return ScryptHash.Verify(password, hash);
        }

        var (memory, passes, salt, expected) = Parse(hash);
        var algorithm = IsCurrent(memory, passes) ? Current : Algorithm(memory, passes);
        return CryptographicOperations.FixedTimeEquals(Derive(algorithm, password, salt, expected.Length), expected);
    }

    /// <summary>Whether the hash was made elsewhere, or at another cost than today's.</summary>
    public static bool IsOutdated(string hash)
    {
        if (ScryptHash.IsForm(hash))
        {
            return true;
        }

        var (memory, passes, _, _) = Parse(hash);
        return !IsCurrent(memory, passes);
    }

    // Of a string the library would take the UTF-16 bytes, which is nobody else's hash.
    private static byte[] Derive(Argon2id algorithm, string password, byte[] salt, int length) =>
        algorithm.DeriveBytes(Encoding.UTF8.GetBytes(password), salt, length);

    private static bool IsCurrent(int memory, int passes) => memory == MemoryKibibytes && passes == Passes;

    private static Argon2id Algorithm(int memory, int passes) => PasswordBasedKeyDerivationAlgorithm.Argon2id(
        new Argon2Parameters { DegreeOfParallelism = 1, MemorySize = memory, NumberOfPasses = passes });

    private static string Format(int memory, int passes, byte[] salt, byte[] hash) => string.Create(
        CultureInfo.InvariantCulture, $"$argon2id$v=19$m={memory},t={passes},p=1${Encode(salt)}${Encode(hash)}");

    private static (int Memory, int Passes, byte[] Salt, byte[] Hash) Parse(string text)
    {
        if (text.Split('$') is ["", "argon2id", "v=19", var cost, var salt, var hash]
            && cost.Split(',') is [['m', '=', .. var m], ['t', '=', .. var t], "p=1"]
            && int.TryParse(m, NumberStyles.None, CultureInfo.InvariantCulture, out var memory)
            && int.TryParse(t, NumberStyles.None, CultureInfo.InvariantCulture, out var passes)
            && memory is >= 8 and <= MaxMemoryKibibytes
            && passes is >= 1 and <= MaxPasses)
        {
            return (memory, passes, Decode(salt), Decode(hash));
        }

        throw new FormatException("Not a password hash of a known form.");
    }

    private static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    private static byte[] Decode(string text) => Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
}
