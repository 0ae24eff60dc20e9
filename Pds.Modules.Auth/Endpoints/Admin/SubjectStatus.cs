using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pds.Modules.Auth.Endpoints.Admin;

/// <summary>Whether something was done to a subject: <c>com.atproto.admin.defs#statusAttr</c>.</summary>
internal sealed record StatusAttribute(bool Applied, string? Ref = null);

/// <summary>A <c>com.atproto.admin.defs#repoRef</c>, a <c>#repoBlobRef</c> or a <c>com.atproto.repo.strongRef</c>.</summary>
internal sealed record Subject(
    [property: JsonPropertyName("$type")] string Type, string? Did = null, string? Uri = null, string? Cid = null, string? RecordUri = null)
{
    public const string Account = "com.atproto.admin.defs#repoRef";
    public const string Blob = "com.atproto.admin.defs#repoBlobRef";
    public const string Record = "com.atproto.repo.strongRef";

    /// <summary>What the audit log calls it.</summary>
    public string Name => Type == Blob ? $"{Did}/{Cid}" : Uri ?? Did ?? Type;

    public static Subject Read(JsonElement json) => new(
        Text(json, "$type") ?? "", Text(json, "did"), Text(json, "uri"), Text(json, "cid"), Text(json, "recordUri"));

    private static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
