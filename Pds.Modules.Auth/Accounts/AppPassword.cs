using System.Security.Cryptography;
using System.Text;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Accounts;

/// <summary>A password for one app, made here: <c>xxxx-xxxx-xxxx-xxxx</c>.</summary>
internal sealed record AppPassword(string Name, bool Privileged)
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private const int Groups = 4;
    private const int GroupLength = 4;

    public AccessKind Kind => Privileged ? AccessKind.AppPasswordPrivileged : AccessKind.AppPassword;

    public static string NewPassword() => string.Join(
        '-', Enumerable.Range(0, Groups).Select(_ => RandomNumberGenerator.GetString(Alphabet, GroupLength)));

    /// <summary>Plain and fast, for there is nothing to guess: these passwords are 80 random bits.</summary>
    public static byte[] Hash(string password) => SHA256.HashData(Encoding.UTF8.GetBytes(password));

    /// <summary>Whether the text has the form of an app password.</summary>
    public static bool IsForm(string password) =>
        password.Length == Groups * (GroupLength + 1) - 1
        && password.Split('-') is { Length: Groups } groups
        && groups.All(group => group.Length == GroupLength && group.All(Alphabet.Contains));
}
