using System.Buffers.Text;
using System.Text.Json;

namespace Pds.Modules.Moving.Engine;

/// <summary>What can be seen of a token that only its server can judge.</summary>
internal static class AccessToken
{
    /// <summary>Whether it ends that soon; false where that cannot be seen.</summary>
    public static bool EndsWithin(string token, TimeSpan left, TimeProvider time)
    {
        try
        {
            return token.Split('.') is [_, var payload, _]
                && JsonElement.Parse(Base64Url.DecodeFromChars(payload)) is { ValueKind: JsonValueKind.Object } claims
                && claims.TryGetProperty("exp", out var end) && end.TryGetInt64(out var seconds)
                && seconds - time.GetUtcNow().ToUnixTimeSeconds() < left.TotalSeconds;
        }
        catch (Exception problem) when (problem is FormatException or JsonException)
        {
            return false;
        }
    }
}
