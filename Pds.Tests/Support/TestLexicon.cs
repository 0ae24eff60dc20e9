using System.Text;
using System.Text.Json.Nodes;
using AtProto;
using AtProto.Data;
using AtProto.Lexicons;

namespace Pds.Tests.Support;

/// <summary>A catalogue of one record type, <c>com.example.thing</c>, whose property <c>x</c> is under test.</summary>
internal sealed class TestLexicon
{
    public static readonly Nsid Thing = Nsid.Parse("com.example.thing");

    private readonly LexiconCatalog _catalog;

    private TestLexicon(string lexicon) => _catalog = new([LexiconDocument.Parse(Encoding.UTF8.GetBytes(lexicon))]);

    /// <param name="schema">The type of <c>x</c>, as JSON.</param>
    /// <param name="rest">Further members of the record's object, such as <c>"required": ["x"]</c>.</param>
    /// <param name="defs">Further definitions.</param>
    public static TestLexicon Of(string schema, string rest = "\"required\": []", string defs = "\"other\": {\"type\": \"token\"}") => new(
        $$"""
        {"lexicon": 1, "id": "com.example.thing", "defs": {
          "main": {"type": "record", "key": "any", "record": {"type": "object", "properties": {"x": {{schema}} }, {{rest}} } },
          {{defs}}
        } }
        """);

    /// <summary>The verdict's text on a record in which <c>x</c> has this value; null when it is valid.</summary>
    public string? Complain(string value) => ComplainOfRecord($$"""{"$type": "com.example.thing", "x": {{value}}}""");

    public string? ComplainOfRecord(string json)
    {
        var verdict = _catalog.ValidateRecord(Thing, RecordKey.Parse("self"), DataModel.FromJson(Encoding.UTF8.GetBytes(json)));
        const string prefix = "Invalid com.example.thing record: ";
        return verdict.IsValid ? null : verdict.Message!.Replace(prefix, "", StringComparison.Ordinal);
    }

    /// <summary>A text as a JSON string.</summary>
    public static string Json(string text) => JsonValue.Create(text).ToJsonString();
}
