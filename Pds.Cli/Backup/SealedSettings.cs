using System.Security.Cryptography;
using System.Text;
using Pds.Cli.Commands;

namespace Pds.Cli.Backup;

/// <summary>
/// A server's settings, secrets included, sealed under a passphrase: AES-256-GCM under a key that PBKDF2 with SHA-256 makes of it.
/// </summary>
/// <remarks>Layout, in base64: format 1, salt (16 bytes), nonce (12), tag (16), encrypted text.</remarks>
internal static class SealedSettings
{
    private const byte Format = 1;
    private const int SaltAt = 1;
    private const int NonceAt = SaltAt + 16;
    private const int TagAt = NonceAt + 12;
    private const int TextAt = TagAt + 16;

    // OWASP Password Storage Cheat Sheet, for PBKDF2-HMAC-SHA256.
    private const int Iterations = 600_000;

    public static string Seal(string settings, string passphrase)
    {
        var text = Encoding.UTF8.GetBytes(settings);
        var result = new byte[TextAt + text.Length];
        result[0] = Format;
        RandomNumberGenerator.Fill(result.AsSpan(SaltAt, TagAt - SaltAt));
        using var aes = new AesGcm(KeyOf(passphrase, result.AsSpan(SaltAt, 16)), 16);
        aes.Encrypt(result.AsSpan(NonceAt, 12), text, result.AsSpan(TextAt), result.AsSpan(TagAt, 16), result.AsSpan(0, SaltAt));
        return Convert.ToBase64String(result);
    }

    /// <exception cref="CommandFailure">It is another passphrase.</exception>
    public static string Open(string box, string passphrase)
    {
        var bytes = Convert.FromBase64String(box);
        if (bytes.Length < TextAt || bytes[0] != Format)
        {
            throw new CommandFailure("The settings in the backup have a form that this version does not know.");
        }

        var text = new byte[bytes.Length - TextAt];
        using var aes = new AesGcm(KeyOf(passphrase, bytes.AsSpan(SaltAt, 16)), 16);
        try
        {
            aes.Decrypt(bytes.AsSpan(NonceAt, 12), bytes.AsSpan(TextAt), bytes.AsSpan(TagAt, 16), text, bytes.AsSpan(0, SaltAt));
        }
        catch (CryptographicException)
        {
            throw new CommandFailure("The passphrase is another.");
        }

        return Encoding.UTF8.GetString(text);
    }

    /// <summary>The first line of a file.</summary>
    /// <exception cref="CommandFailure">There is none, or it is too short to keep anything.</exception>
    public static string ReadPassphrase(FileInfo? file) =>
        file is { Exists: true } && File.ReadLines(file.FullName).FirstOrDefault()?.Trim() is { Length: >= 12 } passphrase
            ? passphrase
            : throw new CommandFailure("--passphrase-file names a file whose first line is a passphrase of 12 characters or more.");

    private static byte[] KeyOf(string passphrase, ReadOnlySpan<byte> salt) =>
        Rfc2898DeriveBytes.Pbkdf2(passphrase, salt, Iterations, HashAlgorithmName.SHA256, 32);
}
