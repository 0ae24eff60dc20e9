using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using AtProto.Crypto;

namespace AtProto.Identity;

/// <summary>DID documents as JSON.</summary>
internal static class DidDocumentJson
{
    private static readonly JsonDocumentOptions ReadOptions = new() { MaxDepth = 32 };

    public static bool TryRead(ReadOnlySpan<byte> utf8Json, [NotNullWhen(true)] out DidDocument? document)
    {
        document = null;
        if (utf8Json.Length > DidDocument.MaxLength)
        {
            return false;
        }

        try
        {
            using var parsed = JsonDocument.Parse(utf8Json.ToArray(), ReadOptions);
            var json = parsed.RootElement;
            if (json.ValueKind != JsonValueKind.Object || !Did.TryParse(Text(json, "id"), out var did))
            {
                return false;
            }

            document = new DidDocument(
                did,
                [.. List(json, "alsoKnownAs").Select(Text).OfType<string>()],
                [.. List(json, "verificationMethod").Select(method => ReadMethod(method, did)).OfType<DidVerificationMethod>()],
                [.. List(json, "service").Select(ReadService).OfType<DidService>()]);
            return true;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // The latter: half a surrogate pair in a name.
            return false;
        }
    }

    public static void Write(DidDocument document, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("@context");
        foreach (var context in Contexts(document))
        {
            writer.WriteStringValue(context);
        }

        writer.WriteEndArray();
        writer.WriteString("id", document.Id.Value);
        writer.WriteStartArray("alsoKnownAs");
        foreach (var name in document.AlsoKnownAs)
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("verificationMethod");
        foreach (var method in document.VerificationMethods)
        {
            writer.WriteStartObject();
            writer.WriteString("id", method.Id);
            writer.WriteString("type", method.Type);
            writer.WriteString("controller", method.Controller);
            writer.WriteString("publicKeyMultibase", method.PublicKeyMultibase);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("service");
        foreach (var service in document.Services)
        {
            writer.WriteStartObject();
            writer.WriteString("id", service.Id);
            writer.WriteString("type", service.Type);
            writer.WriteString("serviceEndpoint", service.Endpoint);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static IEnumerable<string> Contexts(DidDocument document) =>
    [
        "https://www.w3.org/ns/did/v1",
        "https://w3id.org/security/multikey/v1",
        .. document.VerificationMethods
            .Select(method => method.ToPublicKey()?.Curve)
            .OfType<KeyCurve>()
            .Distinct()
            .Select(curve => curve == KeyCurve.P256
                ? "https://w3id.org/security/suites/ecdsa-2019/v1"
                : "https://w3id.org/security/suites/secp256k1-2019/v1"),
    ];

    private static DidVerificationMethod? ReadMethod(JsonElement json, Did did) =>
        Text(json, "id") is { } id && Text(json, "type") is { } type
            ? new DidVerificationMethod(id, type, Text(json, "controller") ?? did.Value, Text(json, "publicKeyMultibase"))
            : null;

    private static DidService? ReadService(JsonElement json) =>
        Text(json, "id") is { } id && Text(json, "type") is { } type
            ? new DidService(id, type, Text(json, "serviceEndpoint"))
            : null;

    private static JsonElement.ArrayEnumerator List(JsonElement json, string name) =>
        json.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default;

    private static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) ? Text(value) : null;

    private static string? Text(JsonElement json)
    {
        try
        {
            return json.ValueKind == JsonValueKind.String ? json.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, which is not text.
            return null;
        }
    }
}
