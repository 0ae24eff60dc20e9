using System.Text;
using AtProto;
using AtProto.Data;
using AtProto.Lexicons;

namespace Pds.Tests.Protocol;

public sealed class LexiconMethodTests
{
    private static readonly Nsid Search = Nsid.Parse("com.example.search");

    private static readonly LexiconCatalog Catalog = new([LexiconDocument.Parse(
        """
        {"lexicon": 1, "id": "com.example.search", "defs": {"main": {
          "type": "procedure",
          "parameters": {"type": "params", "required": ["q", "sort"], "properties": {
            "q": {"type": "string", "maxLength": 8},
            "sort": {"type": "string", "default": "top"},
            "limit": {"type": "integer", "minimum": 1, "maximum": 100, "default": 50},
            "deep": {"type": "boolean"},
            "hint": {"type": "unknown"},
            "dids": {"type": "array", "items": {"type": "string", "format": "did"}, "maxLength": 2},
            "years": {"type": "array", "items": {"type": "integer"}}
          }},
          "input": {"encoding": "application/json", "schema": {
            "type": "object", "required": ["when"], "properties": {"when": {"type": "string", "format": "datetime"}}}},
          "output": {"encoding": "application/json", "schema": {
            "type": "object", "required": ["when"], "properties": {"when": {"type": "string", "format": "datetime"}}}}
        }}}
        """u8)]);

    [Fact]
    public void Types_parameters_and_fills_in_defaults()
    {
        var verdict = Read(out var parameters, ("q", "fish"), ("deep", "true"), ("years", "1999"), ("years", "-3"), ("hint", "x"));

        Assert.True(verdict.IsValid, verdict.Message);
        Assert.Equal("fish", parameters.GetText("q"));
        Assert.Equal("top", parameters.GetText("sort"));
        Assert.Equal(50, parameters.GetInteger("limit"));
        Assert.True(parameters.GetBoolean("deep"));
        Assert.Equal([1999, -3], parameters.GetList<long>("years"));
        Assert.Equal("x", parameters.GetText("hint"));
        Assert.Empty(parameters.GetList<string>("dids"));
        Assert.Null(parameters.GetBoolean("absent"));
    }

    [Theory]
    [InlineData("q", "", "Params must have the property \"q\"")]
    [InlineData("q", "much too long", "Params q must not be longer than 8 bytes")]
    [InlineData("limit", "0", "Params limit can not be less than 1")]
    [InlineData("limit", "101", "Params limit can not be greater than 100")]
    [InlineData("limit", "1.0", "Params limit must be an integer")]
    [InlineData("limit", "+1", "Params limit must be an integer")]
    [InlineData("limit", " 1", "Params limit must be an integer")]
    [InlineData("limit", "-", "Params limit must be an integer")]
    [InlineData("limit", "99999999999999999999", "Params limit must be an integer")]
    [InlineData("deep", "1", "Params deep must be a boolean")]
    [InlineData("deep", "True", "Params deep must be a boolean")]
    [InlineData("dids", "did", "Params dids must be a valid did")]
    public void Refuses_parameters_that_break_the_schema(string name, string value, string complaint)
    {
        var query = name == "q" ? [(name, value)] : new[] { ("q", "fish"), (name, value) };

        Assert.Equal($"Invalid parameters for com.example.search: {complaint}", Read(out _, query).Message);
    }

    [Fact]
    public void Counts_an_empty_value_as_absent_and_passes_over_unknown_names()
    {
        var verdict = Read(out var parameters, ("q", "fish"), ("limit", ""), ("colour", "red"));

        Assert.True(verdict.IsValid, verdict.Message);
        Assert.Equal(50, parameters.GetInteger("limit"));
        Assert.DoesNotContain("colour", parameters.Names);
    }

    [Fact]
    public void Takes_only_lists_more_than_once()
    {
        Assert.Equal(
            "Invalid parameters for com.example.search: Params q must not be given more than once",
            Read(out _, ("q", "a"), ("q", "b")).Message);
        Assert.Equal(
            "Invalid parameters for com.example.search: Params dids must not have more than 2 elements",
            Read(out _, ("q", "a"), ("dids", "did:plc:a"), ("dids", "did:plc:b"), ("dids", "did:plc:c")).Message);
    }

    [Fact]
    public void Bounds_lists_that_the_schema_does_not() => Assert.Equal(
        "Invalid parameters for com.example.search: Params years must not have more than 1000 elements",
        Read(out _, [("q", "a"), .. Enumerable.Repeat(("years", "1"), 1001)]).Message);

    [Fact]
    public void Holds_input_to_the_schema()
    {
        Assert.True(Catalog.ValidateInput(Search, Cbor("""{"when": "2026-03-01T12:00:00Z"}""")).IsValid);
        Assert.Equal(
            "Invalid input for com.example.search: Input must have the property \"when\"",
            Catalog.ValidateInput(Search, Cbor("{}")).Message);
        Assert.Equal(
            "Invalid input for com.example.search: Input must be an object",
            Catalog.ValidateInput(Search, Cbor("[]")).Message);
    }

    [Fact]
    public void Misses_nothing_that_has_a_default()
    {
        var method = Nsid.Parse("com.atproto.server.createInviteCodes");

        Assert.True(LexiconCatalog.Bundled.ValidateInput(method, Cbor("""{"useCount": 1}""")).IsValid);
        Assert.False(LexiconCatalog.Bundled.ValidateInput(method, Cbor("""{"codeCount": 1}""")).IsValid);
    }

    [Fact]
    public void Wants_no_body_where_the_schema_has_none() => Assert.Equal(
        "Invalid input for com.atproto.server.deleteSession: Input must be absent",
        LexiconCatalog.Bundled.ValidateInput(Nsid.Parse("com.atproto.server.deleteSession"), Cbor("{}")).Message);

    [Fact]
    public void Takes_any_body_whose_schema_is_free() => Assert.True(
        LexiconCatalog.Bundled.ValidateInput(Nsid.Parse("com.atproto.repo.uploadBlob"), [0xff]).IsValid);

    [Fact]
    public void Is_lenient_with_the_formats_of_output_when_asked()
    {
        var output = Cbor("""{"when": "yesterday"}""");

        Assert.True(Catalog.ValidateOutput(Search, output, LexiconStrictness.Lenient).IsValid);
        Assert.False(Catalog.ValidateOutput(Search, output).IsValid);
        Assert.False(Catalog.ValidateOutput(Search, Cbor("{}"), LexiconStrictness.Lenient).IsValid);
    }

    [Fact]
    public void Knows_nothing_of_methods_it_lacks()
    {
        var gone = Nsid.Parse("com.example.gone");

        Assert.Equal(LexiconOutcome.Unknown, Catalog.ValidateInput(gone, Cbor("{}")).Outcome);
        Assert.Equal(LexiconOutcome.Unknown, Catalog.ValidateOutput(gone, Cbor("{}")).Outcome);
        Assert.Equal(LexiconOutcome.Unknown, Catalog.ReadParameters(gone, [], out _).Outcome);
        Assert.Equal(LexiconOutcome.Unknown, LexiconCatalog.Bundled.ReadParameters(Nsid.Parse("app.bsky.feed.post"), [], out _).Outcome);
    }

    [Fact]
    public void Reads_the_parameters_of_bundled_methods()
    {
        var method = Nsid.Parse("com.atproto.repo.listRecords");
        var query = new[] { Pair("repo", "did:plc:abc"), Pair("collection", "app.bsky.feed.post"), Pair("reverse", "true") };

        var verdict = LexiconCatalog.Bundled.ReadParameters(method, query, out var parameters);

        Assert.True(verdict.IsValid, verdict.Message);
        Assert.Equal((50L, true), (parameters.GetInteger("limit"), parameters.GetBoolean("reverse")));
    }

    private static LexiconVerdict Read(out LexiconParameters parameters, params (string Name, string Value)[] query) =>
        Catalog.ReadParameters(Search, query.Select(pair => Pair(pair.Name, pair.Value)), out parameters);

    private static KeyValuePair<string, string> Pair(string name, string value) => new(name, value);

    private static byte[] Cbor(string json) => DataModel.FromJson(Encoding.UTF8.GetBytes(json));
}
