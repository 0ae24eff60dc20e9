using System.Security.Cryptography;

namespace Pds.Cli.Administration;

/// <summary>Passwords for those who choose none.</summary>
internal static class NewPassword
{
    // Without letters and digits that are taken for one another.
    private const string Alphabet = "abcdefghjkmnpqrstuvwxyz23456789";

    /// <summary>Four groups of five: 99 bits.</summary>
    public static string Create() =>
        string.Join('-', Enumerable.Range(0, 4).Select(_ => RandomNumberGenerator.GetString(Alphabet, 5)));
}
