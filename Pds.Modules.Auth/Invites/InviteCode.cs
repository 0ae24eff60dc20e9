using System.Security.Cryptography;

namespace Pds.Modules.Auth.Invites;

/// <summary>The form of invite codes: <c>host-name-xxxxx-xxxxx</c>, without dots so that nobody takes it for a link.</summary>
internal static class InviteCode
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private const int GroupLength = 5;

    public static string Create(string hostname) =>
        $"{hostname.Replace('.', '-')}-{NewGroup()}-{NewGroup()}";

    private static string NewGroup() => RandomNumberGenerator.GetString(Alphabet, GroupLength);
}
