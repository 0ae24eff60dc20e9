using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using AtProto;

namespace Pds.Xrpc;

/// <summary>
/// Names for accounts in traces: who sees those can follow one account through them, and not tell whose it is. Keyed, for the
/// identifiers of all accounts of the network are public and could be tried.
/// </summary>
/// <param name="secret">Of the server; the names change with it.</param>
public sealed partial class Pseudonyms(string secret)
{
    // OpenTelemetry's name for it.
    private const string Tag = "enduser.pseudo.id";

    private readonly byte[] _key = HKDF.DeriveKey(
        HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret), 32, salt: [], "pseudonyms in traces"u8.ToArray());

    /// <summary>Sixteen hexadecimal digits that stand for an account.</summary>
    public string Of(Did did) => Of(did.Value);

    /// <summary>The text with a pseudonym in place of each identifier in it; null when there is none.</summary>
    public string? Replace(string text) => text.Contains("did", StringComparison.OrdinalIgnoreCase) && Identifier().IsMatch(text)
        ? Identifier().Replace(text, match => $"account-{Of(Uri.UnescapeDataString(match.Value))}")
        : null;

    internal void Name(Did did)
    {
        // The administrator has none. The host makes an activity for its log lines where nobody traces: that one ends as it began.
        if (did != default && Activity.Current is { IsAllDataRequested: true } activity && activity.Source.HasListeners())
        {
            activity.SetTag(Tag, Of(did));
        }
    }

    private string Of(string did) => Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(did)).AsSpan(0, 8));

    [GeneratedRegex("did(?::|%3A)[a-z]+(?::|%3A)[A-Za-z0-9._:%-]+", RegexOptions.IgnoreCase)]
    private static partial Regex Identifier();
}
