using System.Text;
using System.Text.Json;
using AtProto;
using AtProto.Plc;

namespace Pds.Modules.Identity.Resolution;

/// <summary>Writes the document that the owner of a did:web has to publish for the account to live here.</summary>
internal static class WebDocument
{
    private const string KeyPrefix = "did:key:";

    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    public static string Write(Did did, Handle handle, string signingKey, string server)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, Indented))
        {
            json.WriteStartObject();
            json.WriteStartArray("@context");
            json.WriteStringValue("https://www.w3.org/ns/did/v1");
            json.WriteStringValue("https://w3id.org/security/multikey/v1");
            json.WriteEndArray();
            json.WriteString("id", did.Value);
            json.WriteStartArray("alsoKnownAs");
            json.WriteStringValue($"at://{handle}");
            json.WriteEndArray();
            json.WriteStartArray("verificationMethod");
            json.WriteStartObject();
            json.WriteString("id", $"{did}#{PlcData.SigningKeyName}");
            json.WriteString("type", "Multikey");
            json.WriteString("controller", did.Value);
            json.WriteString("publicKeyMultibase", signingKey[KeyPrefix.Length..]);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteStartArray("service");
            json.WriteStartObject();
            json.WriteString("id", $"#{PlcData.PersonalDataServerName}");
            json.WriteString("type", PlcService.PersonalDataServer);
            json.WriteString("serviceEndpoint", server);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }
}
