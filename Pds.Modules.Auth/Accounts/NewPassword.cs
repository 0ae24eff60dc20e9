using System.Collections.Frozen;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Accounts;

/// <summary>What a password that is chosen here has to be.</summary>
internal static class NewPassword
{
    public const int MinLength = 8;
    public const int MaxLength = 256;

    // Those that lists of leaked passwords begin with, of the length that is asked for.
    private static readonly FrozenSet<string> Common = ReadCommon();

    /// <exception cref="XrpcException"><c>InvalidPassword</c>.</exception>
    public static void Require(string password)
    {
        if (password.Length is < MinLength or > MaxLength)
        {
            throw XrpcErrors.BadRequest("InvalidPassword", $"A password has {MinLength} to {MaxLength} characters");
        }

        if (Common.Contains(password))
        {
            throw XrpcErrors.BadRequest("InvalidPassword", "This password is one of those that are tried first");
        }
    }

    private static FrozenSet<string> ReadCommon()
    {
        using var stream = typeof(NewPassword).Assembly.GetManifestResourceStream("CommonPasswords.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }
}
