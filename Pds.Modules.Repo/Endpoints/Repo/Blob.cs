using System.Text.Json.Serialization;
using AtProto;

namespace Pds.Modules.Repo.Endpoints.Repo;

/// <summary>A blob as records name it.</summary>
internal sealed record Blob(Link Ref, string MimeType, long Size)
{
    [JsonPropertyName("$type")]
    public string Type { get; } = "blob";
}

/// <summary>A link in JSON.</summary>
internal sealed record Link([property: JsonPropertyName("$link")] Cid Cid);
