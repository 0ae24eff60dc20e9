using System.Text;
using System.Text.Json;
using AtProto.Lexicons;
using CsCheck;

namespace Pds.Tests.Protocol;

public sealed class LexiconDocumentTests
{
    public static TheoryData<string, string> Valid() => Read("lexicon-valid.json");

    public static TheoryData<string, string> Invalid() => Read("lexicon-invalid.json");

    [Theory]
    [MemberData(nameof(Valid))]
    public void Takes_the_published_valid_documents(string name, string json)
    {
        var document = Parse(json);

        Assert.False(string.IsNullOrEmpty(document.Id.Value), name);
    }

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Refuses_the_published_invalid_documents(string name, string json) =>
        Assert.True(Assert.Throws<LexiconException>(() => Parse(json)).Message.Length > 0, name);

    [Theory]
    [InlineData("catalog/record.json", LexiconKind.Record)]
    [InlineData("catalog/query.json", LexiconKind.Query)]
    [InlineData("catalog/procedure.json", LexiconKind.Procedure)]
    [InlineData("catalog/subscription.json", LexiconKind.Subscription)]
    [InlineData("catalog/permission-set.json", LexiconKind.PermissionSet)]
    public void Says_what_the_main_definition_is(string file, LexiconKind kind) =>
        Assert.Equal(kind, LexiconDocument.Parse(File.ReadAllBytes(PathOf(file))).Kind);

    [Fact]
    public void Says_which_bodies_a_method_has()
    {
        var procedure = LexiconDocument.Parse(File.ReadAllBytes(PathOf("catalog/procedure.json")));

        Assert.Equal(("application/json", "application/json"), (procedure.InputEncoding, procedure.OutputEncoding));
    }

    [Theory]
    [InlineData("""{"type": "string", "maxLength": -1}""", "/maxLength")]
    [InlineData("""{"type": "string", "maxLength": 1.5}""", "/maxLength")]
    [InlineData("""{"type": "string", "minLength": 3, "maxLength": 2}""", "/minLength")]
    [InlineData("""{"type": "string", "minGraphemes": 3, "maxGraphemes": 2}""", "/minGraphemes")]
    [InlineData("""{"type": "string", "format": "colour"}""", "/format")]
    [InlineData("""{"type": "string", "enum": []}""", "/enum")]
    [InlineData("""{"type": "string", "enum": ["a", 1]}""", "/enum/1")]
    [InlineData("""{"type": "string", "knownValues": ["a", 1]}""", "/knownValues/1")]
    [InlineData("""{"type": "string", "maxLength": 1, "default": "ab"}""", "/default")]
    [InlineData("""{"type": "integer", "minimum": 2, "maximum": 1}""", "/minimum")]
    [InlineData("""{"type": "integer", "maximum": 1, "default": 2}""", "/default")]
    [InlineData("""{"type": "boolean", "const": "true"}""", "/const")]
    [InlineData("""{"type": "bytes", "minLength": "1"}""", "/minLength")]
    [InlineData("""{"type": "blob", "accept": ["image"]}""", "/accept/0")]
    [InlineData("""{"type": "blob", "maxSize": -1}""", "/maxSize")]
    [InlineData("""{"type": "array"}""", "")]
    [InlineData("""{"type": "array", "items": {"type": "colour"}}""", "/items/type")]
    [InlineData("""{"type": "object", "properties": {"a/b": {}}}""", "/properties/a~1b")]
    [InlineData("""{"type": "object", "properties": {}, "required": ["a"]}""", "/required/0")]
    [InlineData("""{"type": "object", "properties": {}, "nullable": ["a"]}""", "/nullable/0")]
    [InlineData("""{"type": "object", "properties": {"a": {"type": "ref", "ref": "com.example"}}}""", "/properties/a/ref")]
    [InlineData("""{"type": "object", "properties": {"a": {"type": "ref", "ref": "#"}}}""", "/properties/a/ref")]
    [InlineData("""{"type": "object", "properties": {"a": {"type": "union", "refs": [], "closed": true}}}""", "/properties/a/refs")]
    [InlineData("""{"type": "object", "properties": {"a": {"type": "token"}}}""", "/properties/a/type")]
    [InlineData("""{"type": "object", "properties": {"a": {"type": "record"}}}""", "/properties/a/type")]
    [InlineData("""{"type": "union", "refs": []}""", "")]
    [InlineData("[]", "")]
    [InlineData("{}", "")]
    public void Points_to_what_is_wrong_in_a_type(string definition, string location)
    {
        var error = Assert.Throws<LexiconException>(() =>
            Parse($$"""{"lexicon": 1, "id": "com.example.thing", "defs": {"demo": {{definition}} } }"""));

        Assert.Equal("/defs/demo" + location, error.Location);
        Assert.Contains(error.Location, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type": "record", "key": "uuid", "record": {"type": "object"}}""", "/key")]
    [InlineData("""{"type": "record", "key": "literal:", "record": {"type": "object"}}""", "/key")]
    [InlineData("""{"type": "record", "key": "tid"}""", "")]
    [InlineData("""{"type": "record", "key": "tid", "record": {"type": "string"}}""", "/record/type")]
    [InlineData("""{"type": "query", "input": {"encoding": "application/json"}}""", "/input")]
    [InlineData("""{"type": "query", "parameters": {"type": "object"}}""", "/parameters/type")]
    [InlineData("""{"type": "query", "parameters": {"type": "params", "properties": {"a": {"type": "object"}}}}""", "/parameters/properties/a/type")]
    [InlineData("""{"type": "query", "parameters": {"type": "params", "properties": {}, "required": ["a"]}}""", "/parameters/required/0")]
    [InlineData("""{"type": "procedure", "input": {}}""", "/input")]
    [InlineData("""{"type": "procedure", "input": {"encoding": "a/b", "schema": {"type": "string"}}}""", "/input/schema/type")]
    [InlineData("""{"type": "procedure", "errors": [{"name": "Not Found"}]}""", "/errors/0/name")]
    [InlineData("""{"type": "subscription", "message": {"schema": {"type": "object"}}}""", "/message/schema/type")]
    [InlineData("""{"type": "permission-set"}""", "")]
    [InlineData("""{"type": "permission-set", "permissions": [{"type": "permission"}]}""", "/permissions/0")]
    [InlineData("""{"type": "permission-set", "permissions": [], "title:lang": {"fr": 1}}""", "/title:lang/fr")]
    public void Points_to_what_is_wrong_in_a_primary_type(string definition, string location) => Assert.Equal(
        "/defs/main" + location,
        Assert.Throws<LexiconException>(() =>
            Parse($$"""{"lexicon": 1, "id": "com.example.thing", "defs": {"main": {{definition}} } }""")).Location);

    [Theory]
    [InlineData("")]
    [InlineData("nothing")]
    [InlineData("[]")]
    [InlineData("""{"lexicon": 1, "lexicon": 1, "id": "com.example.thing", "defs": {}}""")]
    [InlineData("""{"lexicon": 1, "id": "com.example.thing", "description": "\ud800", "defs": {}}""")]
    [InlineData("""{"lexicon": 1, "id": "com.example.thing", "defs": {"a b": {"type": "token"}}}""")]
    public void Refuses_what_is_no_document(string json) => Assert.Throws<LexiconException>(() => Parse(json));

    [Fact]
    public void Refuses_documents_that_are_too_large_or_too_deep()
    {
        var padding = new string(' ', LexiconDocument.MaxLength);
        var depth = string.Concat(Enumerable.Repeat("""{"type": "array", "items": """, 100));

        Assert.Throws<LexiconException>(() => Parse("""{"lexicon": 1, "id": "com.example.thing", "defs": {}}""" + padding));
        Assert.Throws<LexiconException>(() =>
            Parse($$"""{"lexicon": 1, "id": "com.example.thing", "defs": {"a": {{depth}}{"type": "integer"}{{new string('}', 100)}}}"""));
    }

    [Fact]
    public void Refuses_bytes_that_are_not_utf8() => Assert.Throws<LexiconException>(() => LexiconDocument.Parse([0x22, 0xff, 0x22]));

    [Fact]
    public void Survives_any_damage_to_a_document()
    {
        var json = File.ReadAllBytes(PathOf("catalog/record.json"));
        Gen.Select(Gen.Int[0, json.Length - 1], Gen.Byte).Sample((at, value) =>
        {
            var damaged = json.ToArray();
            damaged[at] = value;
            try
            {
                LexiconDocument.Parse(damaged);
            }
            catch (LexiconException error)
            {
                return error.Message.Length > 0;
            }

            return true;
        });
    }

    private static LexiconDocument Parse(string json) => LexiconDocument.Parse(Encoding.UTF8.GetBytes(json));

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Vectors", "lexicon", name);

    private static TheoryData<string, string> Read(string file)
    {
        var data = new TheoryData<string, string>();
        using var document = JsonDocument.Parse(File.ReadAllBytes(PathOf(file)));
        foreach (var vector in document.RootElement.EnumerateArray())
        {
            data.Add(vector.GetProperty("name").GetString()!, vector.GetProperty("lexicon").GetRawText());
        }

        return data;
    }
}
