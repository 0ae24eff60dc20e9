using System.Text.Json;
using AtProto.Lexicons;

namespace Pds.Web.Reference;

/// <summary>The bundled lexicons as they are written, for those who read about them. Read once, on the first visit.</summary>
internal sealed class Lexicons
{
    private readonly Lazy<SortedDictionary<string, JsonElement>> _documents = new(ReadAll);
    private readonly Lazy<IReadOnlyList<MethodDocument>> _methods;

    public Lexicons() => _methods = new(() =>
    [
        .. from document in Documents
           where document.Value.GetProperty("defs").TryGetProperty("main", out var main) && IsMethod(main)
           let definition = document.Value.GetProperty("defs").GetProperty("main")
           select new MethodDocument(
               document.Key, Text(definition, "type")!, Text(definition, "description") ?? "", definition),
    ]);

    /// <summary>By name, in its order.</summary>
    public IReadOnlyDictionary<string, JsonElement> Documents => _documents.Value;

    /// <summary>All methods, in the order of their names.</summary>
    public IReadOnlyList<MethodDocument> Methods => _methods.Value;

    public MethodDocument? FindMethod(string nsid) => Methods.FirstOrDefault(method => method.Nsid == nsid);

    /// <summary>The methods whose name or description has every word.</summary>
    public IEnumerable<MethodDocument> Search(string? words)
    {
        var wanted = (words ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return Methods.Where(method => wanted.All(word =>
            method.Nsid.Contains(word, StringComparison.OrdinalIgnoreCase)
            || method.Description.Contains(word, StringComparison.OrdinalIgnoreCase)));
    }

    /// <summary>What a full name such as <c>app.bsky.feed.defs#postView</c> stands for; null when it is not bundled.</summary>
    public JsonElement? FindDefinition(string name)
    {
        var hash = name.IndexOf('#', StringComparison.Ordinal);
        return Documents.TryGetValue(name[..hash], out var document)
            && document.GetProperty("defs").TryGetProperty(name[(hash + 1)..], out var definition)
                ? definition
                : null;
    }

    /// <summary>A reference in full: document, <c>#</c> and definition.</summary>
    /// <param name="reference">As it is written.</param>
    /// <param name="document">Where it is written.</param>
    public static string Resolve(string reference, string document) =>
        reference.StartsWith('#') ? document + reference
        : reference.Contains('#', StringComparison.Ordinal) ? reference
        : $"{reference}#main";

    public static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static bool IsMethod(JsonElement main) => Text(main, "type") is "query" or "procedure" or "subscription";

    private static SortedDictionary<string, JsonElement> ReadAll()
    {
        var documents = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var id in LexiconCatalog.Bundled.Ids)
        {
            documents.Add(id.Value, JsonElement.Parse(BundledLexicons.Find(id)!));
        }

        return documents;
    }
}
