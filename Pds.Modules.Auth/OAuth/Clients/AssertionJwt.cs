using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Pds.Modules.Auth.OAuth.Proofs;

namespace Pds.Modules.Auth.OAuth.Clients;

/// <summary>An assertion, read but not believed.</summary>
/// <param name="Signed">What the signature is of.</param>
/// <param name="Issued">Seconds since 1970.</param>
internal sealed record AssertionJwt(
    ProofAlgorithm Algorithm,
    string KeyId,
    string Issuer,
    string Subject,
    IReadOnlyList<string> Audience,
    string Id,
    double Issued,
    double? Expires,
    double? NotBefore,
    byte[] Signed,
    byte[] Signature)
{
    private const int MaxLength = 8192;

    /// <exception cref="OAuthException"><c>invalid_client</c>.</exception>
    public static AssertionJwt Parse(string text)
    {
        if (text.Length > MaxLength || !Ascii.IsValid(text) || text.Split('.') is not [var header, var payload, var signature])
        {
            throw Refuse("is not a JWT");
        }

        try
        {
            using var head = JsonDocument.Parse(Base64Url.DecodeFromChars(header));
            using var body = JsonDocument.Parse(Base64Url.DecodeFromChars(payload));
            return Read(
                head.RootElement, body.RootElement,
                Encoding.ASCII.GetBytes(text, 0, header.Length + 1 + payload.Length), Base64Url.DecodeFromChars(signature));
        }
        catch (Exception failure) when (failure is JsonException or FormatException or InvalidOperationException)
        {
            throw Refuse("is not a JWT");
        }
    }

    private static AssertionJwt Read(JsonElement head, JsonElement body, byte[] signed, byte[] signature)
    {
        if (head.ValueKind != JsonValueKind.Object || body.ValueKind != JsonValueKind.Object)
        {
            throw Refuse("is not a JWT");
        }

        if (head.TryGetProperty("crit", out _))
        {
            throw Refuse("has critical extensions, of which none is known");
        }

        if (head.TryGetProperty("typ", out _)
            && Text(head, "typ")?.ToUpperInvariant() is not ("JWT" or "CLIENT-AUTHENTICATION+JWT"))
        {
            throw Refuse("has another typ than JWT");
        }

        return new AssertionJwt(
            ProofAlgorithm.Find(Text(head, "alg") ?? "") ?? throw Refuse("has an alg that is not supported"),
            Text(head, "kid") is { Length: > 0 } name ? name : throw Refuse("has no kid"),
            Text(body, "iss") ?? throw Refuse("has no iss"),
            Text(body, "sub") ?? throw Refuse("has no sub"),
            ReadAudience(body),
            Text(body, "jti") is { Length: > 0 } id ? id : throw Refuse("has no jti"),
            Number(body, "iat") ?? throw Refuse("has no iat"),
            Number(body, "exp"),
            Number(body, "nbf"),
            signed,
            signature);
    }

    private static string[] ReadAudience(JsonElement body) => !body.TryGetProperty("aud", out var value) ? throw Refuse("has no aud")
        : value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)]
        : value.ValueKind == JsonValueKind.String ? [value.GetString()!]
        : throw Refuse("has an aud that is no string");

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static double? Number(JsonElement element, string name) => !element.TryGetProperty(name, out var value) ? null
        : value.ValueKind == JsonValueKind.Number ? value.GetDouble()
        : throw Refuse($"has an {name} that is no number");

    /// <summary>A refusal, of which this is the end of the sentence.</summary>
    public static OAuthException Refuse(string problem) => OAuthException.InvalidClient($"client_assertion {problem}");
}
