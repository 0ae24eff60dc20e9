using System.Text.Json;

namespace Pds.Modules.Auth.OAuth.Clients;

/// <summary>The members of a metadata document by their types; null stands for absence.</summary>
internal readonly struct MetadataFields(JsonElement document)
{
    /// <exception cref="OAuthException">It is something else.</exception>
    public string? Text(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw Refuse(name, "must be a string");

    /// <exception cref="OAuthException">It is something else.</exception>
    public bool? Flag(string name) => Find(name)?.ValueKind switch
    {
        null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Refuse(name, "must be true or false"),
    };

    /// <exception cref="OAuthException">It is something else.</exception>
    public string[]? Texts(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? [.. value.EnumerateArray().Select(item => item.GetString()!)]
        : throw Refuse(name, "must be a list of strings");

    public JsonElement? Find(string name) =>
        document.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null ? value : null;

    /// <summary>A refusal that names the field and its rule.</summary>
    public static OAuthException Refuse(string name, string rule) => OAuthException.InvalidClientMetadata($"{name} {rule}");
}
