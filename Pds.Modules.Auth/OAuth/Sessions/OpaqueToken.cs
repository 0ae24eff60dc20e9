using System.Security.Cryptography;
using System.Text;

namespace Pds.Modules.Auth.OAuth.Sessions;

/// <summary>Names that are secrets: of pushed requests, of codes, of refresh tokens. The database knows their SHA-256.</summary>
internal static class OpaqueToken
{
    /// <summary>A <c>request_uri</c> goes on with it after <see cref="RequestUriPrefix"/>.</summary>
    public const string RequestPrefix = "req-";
    public const string CodePrefix = "cod-";
    public const string RefreshPrefix = "ref-";
    public const string RequestUriPrefix = "urn:ietf:params:oauth:request_uri:";

    /// <summary>The hexadecimal digits of 128 random bits.</summary>
    public const int HalfLength = 32;

    public static string NewRequest() => RequestPrefix + NewHalf();

    public static string NewCode() => CodePrefix + NewHalf() + NewHalf();

    public static string NewSessionId() => NewHalf();

    /// <summary>
    /// A refresh token names its session, so that a used one is told from a made-up one without keeping the used ones.
    /// </summary>
    public static string NewRefresh(string sessionId) => RefreshPrefix + sessionId + NewHalf();

    /// <summary>The session that a refresh token names; null when it is not shaped like one.</summary>
    public static string? SessionOf(string refreshToken) =>
        refreshToken.Length == RefreshPrefix.Length + (2 * HalfLength)
        && refreshToken.StartsWith(RefreshPrefix, StringComparison.Ordinal)
            ? refreshToken.Substring(RefreshPrefix.Length, HalfLength)
            : null;

    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private static string NewHalf() => RandomNumberGenerator.GetHexString(HalfLength, lowercase: true);
}
