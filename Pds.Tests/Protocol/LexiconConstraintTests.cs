using Pds.Tests.Support;

namespace Pds.Tests.Protocol;

public sealed class LexiconConstraintTests
{
    private const string Blob =
        """{"$type": "blob", "ref": {"$link": "bafkreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq"}, "mimeType": "image/png", "size": 10}""";

    private const string View =
        "\"view\": {\"type\": \"object\", \"required\": [\"n\"], \"properties\": {\"n\": {\"type\": \"integer\"}}}";

    [Theory]
    [InlineData("""{"type": "boolean"}""", "true", null)]
    [InlineData("""{"type": "boolean"}""", "\"true\"", "Record/x must be a boolean")]
    [InlineData("""{"type": "boolean", "const": true}""", "false", "Record/x must be true")]
    [InlineData("""{"type": "integer"}""", "7", null)]
    [InlineData("""{"type": "integer"}""", "\"7\"", "Record/x must be an integer")]
    [InlineData("""{"type": "integer"}""", "null", "Record/x must be an integer")]
    [InlineData("""{"type": "integer", "minimum": 3}""", "2", "Record/x can not be less than 3")]
    [InlineData("""{"type": "integer", "maximum": 3}""", "4", "Record/x can not be greater than 3")]
    [InlineData("""{"type": "integer", "minimum": 3, "maximum": 3}""", "3", null)]
    [InlineData("""{"type": "integer", "enum": [1, 2]}""", "3", "Record/x must be one of (1|2)")]
    [InlineData("""{"type": "integer", "const": -1}""", "1", "Record/x must be -1")]
    public void Booleans_and_integers(string schema, string value, string? complaint) =>
        Assert.Equal(complaint, TestLexicon.Of(schema).Complain(value));

    [Theory]
    [InlineData("""{"type": "string"}""", "\"\"", null)]
    [InlineData("""{"type": "string"}""", "{}", "Record/x must be a string")]
    [InlineData("""{"type": "string", "maxLength": 4}""", "\"ééé\"", "Record/x must not be longer than 4 bytes")]
    [InlineData("""{"type": "string", "maxLength": 4}""", "\"éé\"", null)]
    [InlineData("""{"type": "string", "minLength": 3}""", "\"é\"", "Record/x must not be shorter than 3 bytes")]
    [InlineData("""{"type": "string", "maxGraphemes": 1}""", "\"🏳️‍🌈\"", null)]
    [InlineData("""{"type": "string", "maxGraphemes": 1}""", "\"🏳️‍🌈!\"", "Record/x must not be longer than 1 graphemes")]
    [InlineData("""{"type": "string", "minGraphemes": 2}""", "\"🏳️‍🌈\"", "Record/x must not be shorter than 2 graphemes")]
    [InlineData("""{"type": "string", "enum": ["a", "b"]}""", "\"c\"", "Record/x must be one of (a|b)")]
    [InlineData("""{"type": "string", "enum": ["a", "b"]}""", "\"b\"", null)]
    [InlineData("""{"type": "string", "const": "a"}""", "\"b\"", "Record/x must be a")]
    [InlineData("""{"type": "string", "knownValues": ["a"]}""", "\"b\"", null)]
    public void Strings(string schema, string value, string? complaint) =>
        Assert.Equal(complaint, TestLexicon.Of(schema).Complain(value));

    [Theory]
    [InlineData("at-identifier", "handle.example", "not a handle", "must be a valid did or a handle")]
    [InlineData("at-identifier", "did:web:example.com", "did:web", "must be a valid did or a handle")]
    [InlineData("at-uri", "at://did:plc:abc/com.example.a/self", "at://did:plc:abc/com.example.a/", "must be a valid at-uri")]
    [InlineData("cid", "bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq", "bafy", "must be a cid string")]
    [InlineData("datetime", "2026-03-01T12:00:00.000Z", "2026-03-01T12:00:00", "must be a valid atproto datetime (both RFC-3339 and ISO-8601)")]
    [InlineData("did", "did:plc:abc", "did:plc:", "must be a valid did")]
    [InlineData("handle", "handle.example", "handle", "must be a valid handle")]
    [InlineData("language", "pt-BR", "JA", "must be a well-formed BCP 47 language tag")]
    [InlineData("nsid", "com.example.thing", "com.example", "must be a valid nsid")]
    [InlineData("record-key", "self", "..", "must be a valid record key")]
    [InlineData("tid", "3jzfcijpj2z2a", "3jzfcijpj2z2A", "must be a valid TID")]
    [InlineData("uri", "https://example.com/é", "https:// example.com", "must be a uri")]
    [InlineData("handle", "handle.example", "hændle.example", "must be a valid handle")]
    public void Formats(string format, string good, string bad, string complaint)
    {
        var lexicon = TestLexicon.Of($$"""{"type": "string", "format": "{{format}}"}""");

        Assert.Null(lexicon.Complain(TestLexicon.Json(good)));
        Assert.Equal($"Record/x {complaint}", lexicon.Complain(TestLexicon.Json(bad)));
    }

    [Fact]
    public void Texts_longer_than_any_format_are_refused_unread() => Assert.Equal(
        "Record/x must be a uri",
        TestLexicon.Of("""{"type": "string", "format": "uri"}""").Complain(TestLexicon.Json("https://" + new string('a', 8192))));

    [Fact]
    public void Texts_longer_than_the_stack_buffer_are_read_whole()
    {
        var lexicon = TestLexicon.Of("""{"type": "string", "format": "uri"}""");

        Assert.Null(lexicon.Complain(TestLexicon.Json("https://" + new string('a', 2000))));
        Assert.NotNull(lexicon.Complain(TestLexicon.Json("https://" + new string('a', 2000) + " ")));
    }

    [Theory]
    [InlineData("""{"type": "bytes"}""", """{"$bytes": "AQID"}""", null)]
    [InlineData("""{"type": "bytes"}""", "\"AQID\"", "Record/x must be a byte array")]
    [InlineData("""{"type": "bytes", "maxLength": 2}""", """{"$bytes": "AQID"}""", "Record/x must not be larger than 2 bytes")]
    [InlineData("""{"type": "bytes", "minLength": 4}""", """{"$bytes": "AQID"}""", "Record/x must not be smaller than 4 bytes")]
    [InlineData("""{"type": "cid-link"}""", """{"$link": "bafkreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq"}""", null)]
    [InlineData("""{"type": "cid-link"}""", "\"bafkreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq\"", "Record/x must be a CID link")]
    [InlineData("""{"type": "unknown"}""", """{"a": [1, {"b": null}]}""", null)]
    [InlineData("""{"type": "unknown"}""", "[]", "Record/x must be an object")]
    [InlineData("""{"type": "unknown"}""", "null", "Record/x must be an object")]
    [InlineData("""{"type": "unknown"}""", """{"$bytes": "AQID"}""", "Record/x must be an object")]
    [InlineData("""{"type": "unknown"}""", Blob, "Record/x must be an object, not a blob")]
    public void Bytes_links_and_unknown(string schema, string value, string? complaint) =>
        Assert.Equal(complaint, TestLexicon.Of(schema).Complain(value));

    [Theory]
    [InlineData("{}", "{\"a\": 1}", "Record/x must be an array")]
    [InlineData("""{"minLength": 1}""", "[]", "Record/x must not have fewer than 1 elements")]
    [InlineData("""{"maxLength": 1}""", "[1, 2]", "Record/x must not have more than 1 elements")]
    [InlineData("{}", "[1, 2, \"c\"]", "Record/x/2 must be an integer")]
    [InlineData("""{"minLength": 1, "maxLength": 3}""", "[1, 2, 3]", null)]
    public void Arrays(string constraints, string value, string? complaint)
    {
        var schema = """{"type": "array", "items": {"type": "integer"}, """ + constraints[1..];

        Assert.Equal(complaint, TestLexicon.Of(schema.Replace(", }", "}", StringComparison.Ordinal)).Complain(value));
    }

    [Theory]
    [InlineData("{}", null)]
    [InlineData("""{"mimeType": "image/jpeg"}""", null)]
    [InlineData("""{"size": 0}""", null)]
    [InlineData("""{"size": -1}""", "Record/x must be a blob with exactly $type, ref, mimeType and size")]
    [InlineData("""{"size": "10"}""", "Record/x must be a blob with exactly $type, ref, mimeType and size")]
    [InlineData("""{"mimeType": "png"}""", "Record/x must be a blob with exactly $type, ref, mimeType and size")]
    [InlineData("""{"alt": "a cat"}""", "Record/x must be a blob with exactly $type, ref, mimeType and size")]
    [InlineData("""{"$type": "blub"}""", "Record/x must be a blob with exactly $type, ref, mimeType and size")]
    [InlineData("""{"ref": {"$link": "bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq"}}""", "Record/x must refer to its blob by a raw sha-256 CID")]
    [InlineData("""{"mimeType": "text/plain"}""", "Record/x must be a blob of type image/*, video/mp4")]
    [InlineData("""{"mimeType": "video/mp4"}""", null)]
    [InlineData("""{"mimeType": "video/mp4v"}""", "Record/x must be a blob of type image/*, video/mp4")]
    [InlineData("""{"size": 101}""", "Record/x must be a blob of at most 100 bytes")]
    public void Blobs(string change, string? complaint)
    {
        var lexicon = TestLexicon.Of("""{"type": "blob", "accept": ["image/*", "video/mp4"], "maxSize": 100}""");
        var blob = System.Text.Json.Nodes.JsonNode.Parse(Blob)!.AsObject();
        foreach (var (name, value) in System.Text.Json.Nodes.JsonNode.Parse(change)!.AsObject())
        {
            blob[name] = value?.DeepClone();
        }

        Assert.Equal(complaint, lexicon.Complain(blob.ToJsonString()));
    }

    [Fact]
    public void Blobs_of_the_legacy_form_are_refused() => Assert.Equal(
        "Record/x must be a blob with exactly $type, ref, mimeType and size",
        TestLexicon.Of("""{"type": "blob"}""").Complain(
            """{"cid": "bafkreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq", "mimeType": "image/png"}"""));

    [Fact]
    public void Blobs_of_any_type_are_taken_by_the_widest_pattern() =>
        Assert.Null(TestLexicon.Of("""{"type": "blob", "accept": ["*/*"]}""").Complain(Blob));

    [Fact]
    public void A_required_property_must_be_there()
    {
        var lexicon = TestLexicon.Of("""{"type": "integer"}""", "\"required\": [\"x\"]");

        Assert.Equal("Record must have the property \"x\"", lexicon.ComplainOfRecord("""{"$type": "com.example.thing", "y": 1}"""));
        Assert.Equal("Record must have the property \"x\"", lexicon.ComplainOfRecord("""{"$type": "com.example.thing"}"""));
    }

    [Fact]
    public void Null_is_for_nullable_properties_only()
    {
        Assert.Null(TestLexicon.Of("""{"type": "integer"}""", "\"required\": [\"x\"], \"nullable\": [\"x\"]").Complain("null"));
        Assert.Equal("Record/x must be an integer", TestLexicon.Of("""{"type": "integer"}""").Complain("null"));
    }

    [Fact]
    public void Properties_without_schema_pass() => Assert.Null(
        TestLexicon.Of("""{"type": "integer"}""").ComplainOfRecord(
            """{"$type": "com.example.thing", "a": null, "x": 1, "zzzzzzzzzz": [{}], "$new": true}"""));

    [Fact]
    public void A_record_says_whose_it_is()
    {
        var lexicon = TestLexicon.Of("""{"type": "integer"}""");

        Assert.Equal("Record must have the property \"$type\"", lexicon.ComplainOfRecord("""{"x": 1}"""));
        Assert.Equal("Record/$type must be com.example.thing", lexicon.ComplainOfRecord("""{"$type": "com.example.other"}"""));
    }

    [Theory]
    [InlineData("""{"type": "ref", "ref": "#view"}""", """{"n": 1}""", null)]
    [InlineData("""{"type": "ref", "ref": "com.example.thing#view"}""", """{"n": "1"}""", "Record/x/n must be an integer")]
    [InlineData("""{"type": "ref", "ref": "#view"}""", "{}", "Record/x must have the property \"n\"")]
    [InlineData("""{"type": "ref", "ref": "#gone"}""", "{}", "Record/x refers to an unknown schema: com.example.thing#gone")]
    [InlineData("""{"type": "array", "items": {"type": "ref", "ref": "#view"}}""", """[{"n": 1}, {}]""", "Record/x/1 must have the property \"n\"")]
    public void References(string schema, string value, string? complaint) =>
        Assert.Equal(complaint, TestLexicon.Of(schema, defs: View).Complain(value));

    [Theory]
    [InlineData(false, """{"$type": "com.example.thing#view", "n": 1}""", null)]
    [InlineData(false, """{"a": {"b": []}, "$type": "com.example.thing#view", "n": "1"}""", "Record/x/n must be an integer")]
    [InlineData(false, """{"$type": "com.example.other", "n": "1"}""", null)]
    [InlineData(false, """{"$type": "com.example.gone", "n": "1"}""", null)]
    [InlineData(false, """{"n": 1}""", "Record/x must be an object which includes the \"$type\" property")]
    [InlineData(false, """{"$type": "", "n": 1}""", "Record/x must be an object which includes the \"$type\" property")]
    [InlineData(false, """{"$type": 1}""", "Record/x must be an object which includes the \"$type\" property")]
    [InlineData(false, "[]", "Record/x must be an object which includes the \"$type\" property")]
    [InlineData(true, """{"$type": "com.example.thing#view", "n": 1}""", null)]
    [InlineData(true, """{"$type": "com.example.other"}""", "Record/x $type must be one of com.example.thing#view, com.example.gone")]
    [InlineData(true, """{"$type": "com.example.gone#main"}""", "Record/x refers to an unknown schema: com.example.gone")]
    public void Unions(bool closed, string value, string? complaint)
    {
        var schema = $$"""{"type": "union", "refs": ["#view", "com.example.gone"], "closed": {{(closed ? "true" : "false")}}}""";

        Assert.Equal(complaint, TestLexicon.Of(schema, defs: View).Complain(value));
    }

    [Fact]
    public void A_token_is_the_text_of_its_own_name()
    {
        var lexicon = TestLexicon.Of("""{"type": "ref", "ref": "#red"}""", defs: "\"red\": {\"type\": \"token\"}");

        Assert.Null(lexicon.Complain("\"com.example.thing#red\""));
        Assert.Equal("Record/x must be the token com.example.thing#red", lexicon.Complain("\"com.example.thing#blue\""));
        Assert.NotNull(lexicon.Complain("1"));
    }
}
