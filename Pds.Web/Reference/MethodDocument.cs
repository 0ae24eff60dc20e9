using System.Text.Json;

namespace Pds.Web.Reference;

/// <summary>A method as its lexicon describes it.</summary>
/// <param name="Kind"><c>query</c>, <c>procedure</c> or <c>subscription</c>.</param>
/// <param name="Main">The definition.</param>
internal sealed record MethodDocument(string Nsid, string Kind, string Description, JsonElement Main)
{
    /// <summary>The name without its last part.</summary>
    public string Namespace => Nsid[..Nsid.LastIndexOf('.')];

    public string Verb => Kind == "procedure" ? "POST" : "GET";

    public JsonElement? Parameters => Part(Main, "parameters");

    public JsonElement? Input => Part(Main, "input");

    public JsonElement? Output => Part(Main, "output");

    /// <summary>The messages of a subscription.</summary>
    public JsonElement? Message => Part(Main, "message");

    /// <summary>The errors that are the method's own.</summary>
    public IEnumerable<(string Name, string? Description)> Errors => Part(Main, "errors") is { } errors
        ? errors.EnumerateArray().Select(error => (Lexicons.Text(error, "name")!, Lexicons.Text(error, "description")))
        : [];

    private static JsonElement? Part(JsonElement json, string name) => json.TryGetProperty(name, out var part) ? part : null;
}
