using System.Text.Json;

namespace Pds.Modules.Moving.Engine;

/// <summary>Members of answers, which come from servers that may answer anything.</summary>
internal static class Answers
{
    /// <exception cref="MoveException">There is no such text.</exception>
    public static string Text(this JsonElement json, string name) =>
        json.TextOrNull(name) ?? throw new MoveException($"An answer has no {name}");

    public static string? TextOrNull(this JsonElement json, string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public static bool Flag(this JsonElement json, string name) => json.Member(name).ValueKind == JsonValueKind.True;

    public static long Number(this JsonElement json, string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : 0;

    /// <summary>The elements of a list; none where there is no list.</summary>
    public static IEnumerable<JsonElement> List(this JsonElement json, string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    /// <summary>The texts in a list.</summary>
    public static IEnumerable<string> Texts(this JsonElement json, string name) =>
        json.List(name).Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!);

    public static JsonElement Member(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) ? value : default;
}
