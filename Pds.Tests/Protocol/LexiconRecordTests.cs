using System.Globalization;
using System.Text;
using System.Text.Json;
using AtProto;
using AtProto.Data;
using AtProto.Lexicons;
using CsCheck;
using Pds.Tests.Support;

namespace Pds.Tests.Protocol;

public sealed class LexiconRecordTests
{
    private static readonly Nsid Example = Nsid.Parse("example.lexicon.record");

    private static readonly Nsid Post = Nsid.Parse("app.bsky.feed.post");

    private static readonly RecordKey Key = RecordKey.Parse("3jzfcijpj2z2a");

    private static readonly Lazy<LexiconCatalog> Catalog = new(() => new LexiconCatalog(
        Directory.GetFiles(PathOf("catalog")).Select(file => LexiconDocument.Parse(File.ReadAllBytes(file)))));

    public static TheoryData<string, string, string> Valid() => Read("record-data-valid.json");

    public static TheoryData<string, string, string> Invalid() => Read("record-data-invalid.json");

    [Theory]
    [MemberData(nameof(Valid))]
    public void Takes_the_published_valid_records(string name, string rkey, string json)
    {
        // The published blobs have dag-cbor CIDs, which only leniency lets pass.
        var verdict = Validate(rkey, json, LexiconStrictness.Lenient);

        Assert.True(verdict.IsValid, $"{name}: {verdict.Message}");
    }

    [Theory]
    [MemberData(nameof(Valid))]
    public void Takes_the_published_valid_records_strictly_once_their_blobs_are_raw(string name, string rkey, string json)
    {
        var verdict = Validate(rkey, json.Replace("bafyrei", "bafkrei", StringComparison.Ordinal), LexiconStrictness.Strict);

        Assert.True(verdict.IsValid, $"{name}: {verdict.Message}");
    }

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Refuses_the_published_invalid_records(string name, string rkey, string json)
    {
        var verdict = Validate(rkey, json, LexiconStrictness.Strict);

        Assert.True(verdict.Outcome == LexiconOutcome.Invalid, name);
        Assert.StartsWith("Invalid example.lexicon.record record: Record", verdict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_the_collection_and_the_path_of_what_is_wrong()
    {
        var verdict = ValidatePost($$"""{"$type": "app.bsky.feed.post", "text": "{{new string('a', 301)}}", "createdAt": "2026-03-01T12:00:00Z"}""");

        Assert.Equal("Invalid app.bsky.feed.post record: Record/text must not be longer than 300 graphemes", verdict.Message);
    }

    [Fact]
    public void Takes_texts_that_are_long_in_bytes_and_short_in_graphemes() => Assert.True(ValidatePost(
        $$"""{"$type": "app.bsky.feed.post", "text": "{{string.Concat(Enumerable.Repeat("é", 300))}}", "createdAt": "2026-03-01T12:00:00Z"}""").IsValid);

    [Theory]
    [InlineData("app.bsky.feed.post", "self", "Invalid record key for app.bsky.feed.post: must be a valid TID")]
    [InlineData("app.bsky.actor.profile", "me", "Invalid record key for app.bsky.actor.profile: must be \"self\"")]
    [InlineData("com.atproto.lexicon.schema", "self", "Invalid record key for com.atproto.lexicon.schema: must be a valid nsid")]
    public void Holds_record_keys_to_their_kind(string collection, string rkey, string message) => Assert.Equal(
        message,
        LexiconCatalog.Bundled.ValidateRecord(Nsid.Parse(collection), RecordKey.Parse(rkey), Cbor("{}")).Message);

    [Theory]
    [InlineData("com.example.thing")]
    [InlineData("app.bsky.feed.getTimeline")]
    [InlineData("app.bsky.feed.defs")]
    public void Knows_nothing_of_collections_without_a_record_schema(string collection)
    {
        var verdict = LexiconCatalog.Bundled.ValidateRecord(Nsid.Parse(collection), Key, Cbor("{}"));

        Assert.Equal(LexiconOutcome.Unknown, verdict.Outcome);
        Assert.Equal($"Unknown lexicon type: {collection}", verdict.Message);
    }

    [Theory]
    [InlineData("a0")]
    [InlineData("a2652474797065726170702e62736b792e666565642e706f7374")]
    [InlineData("80")]
    [InlineData("")]
    [InlineData("bf")]
    public void Refuses_bytes_that_are_no_record(string hex) => Assert.Equal(
        LexiconOutcome.Invalid,
        LexiconCatalog.Bundled.ValidateRecord(Post, Key, Convert.FromHexString(hex)).Outcome);

    [Fact]
    public void Refuses_keys_out_of_order()
    {
        // {"b": 1, "a": 1, "$type": …} with a well-formed rest
        var type = Cbor("""{"$type": "app.bsky.feed.post"}""")[1..];
        byte[] cbor = [0xa3, 0x61, (byte)'b', 1, 0x61, (byte)'a', 1, .. type];

        Assert.Contains("canonical", LexiconCatalog.Bundled.ValidateRecord(Post, Key, cbor).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_bytes_after_the_record()
    {
        byte[] cbor = [.. Cbor("""{"$type": "app.bsky.feed.post", "text": "", "createdAt": "2026-03-01T12:00:00Z"}"""), 0];

        Assert.Equal(LexiconOutcome.Invalid, LexiconCatalog.Bundled.ValidateRecord(Post, Key, cbor).Outcome);
    }

    [Fact]
    public void Refuses_values_of_hostile_depth()
    {
        var lexicon = LexiconDocument.Parse(
            """
            {"lexicon": 1, "id": "com.example.thing", "defs": {
              "main": {"type": "record", "key": "any", "record": {"type": "object", "properties": {"x": {"type": "ref", "ref": "#list"}}}},
              "list": {"type": "array", "items": {"type": "ref", "ref": "#list"}}
            }}
            """u8);
        var catalog = new LexiconCatalog([lexicon]);
        var prefix = Cbor("""{"x": 0, "$type": "com.example.thing"}""");
        byte[] cbor = [.. prefix[..3], .. Enumerable.Repeat((byte)0x81, 100_000), .. prefix[3..]];

        Assert.Equal(LexiconOutcome.Invalid, catalog.ValidateRecord(TestLexicon.Thing, Key, cbor).Outcome);
    }

    [Fact]
    public void Survives_any_bytes() => Gen.Byte.Array[0, 64].Sample(bytes =>
        LexiconCatalog.Bundled.ValidateRecord(Post, Key, bytes).Outcome == LexiconOutcome.Invalid);

    [Fact]
    public void Survives_any_damage_to_a_record()
    {
        var record = Cbor(SamplePost);
        Gen.Select(Gen.Int[0, record.Length - 1], Gen.Byte, Gen.Int[0, record.Length]).Sample((at, value, length) =>
        {
            var damaged = record.ToArray();
            damaged[at] = value;
            LexiconCatalog.Bundled.ValidateRecord(Post, Key, damaged.AsSpan(0, length));
        });
    }

    [Fact]
    public void Survives_any_json()
    {
        var schemas = LexiconCatalog.Bundled.Ids.Where(id => LexiconCatalog.Bundled.TryGet(id, out var document) &&
            document.Kind == LexiconKind.Record).ToArray();
        Gen.Select(OneOf(schemas), RandomJson(4)).Sample((collection, value) =>
        {
            var json = $$"""{"$type": "{{collection}}", "subject": {{value}}, "text": {{value}}, "embed": {{value}}, "labels": {{value}}, "facets": [{{value}}]}""";
            LexiconCatalog.Bundled.ValidateRecord(collection, Key, Cbor(json));
        });
    }

    [Fact]
    public void A_valid_record_is_read_in_place()
    {
        var record = Cbor(SamplePost);
        Assert.True(LexiconCatalog.Bundled.ValidateRecord(Post, Key, record).IsValid);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 100; i++)
        {
            LexiconCatalog.Bundled.ValidateRecord(Post, Key, record);
        }

        // Nothing at all once the compiler has optimised; until then it boxes a little inside the framework's searches.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 100, 0, record.Length);
    }

    private const string SamplePost =
        """
        {"$type": "app.bsky.feed.post", "createdAt": "2026-03-01T12:00:00.000Z", "langs": ["en", "pt"], "text": "Grüße aus 東京 🏳️‍🌈",
         "reply": {"root": {"uri": "at://did:plc:z72i7hdynmk6r22z27h6tvur/app.bsky.feed.post/3jzfcijpj2z2a", "cid": "bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq"},
                   "parent": {"uri": "at://did:plc:z72i7hdynmk6r22z27h6tvur/app.bsky.feed.post/3jzfcijpj2z2a", "cid": "bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq"}},
         "facets": [{"index": {"byteStart": 0, "byteEnd": 5}, "features": [{"$type": "app.bsky.richtext.facet#link", "uri": "https://example.com"}]}],
         "embed": {"$type": "app.bsky.embed.images", "images": [{"alt": "", "image": {"$type": "blob", "ref": {"$link": "bafkreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq"}, "mimeType": "image/png", "size": 10}}]}}
        """;

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static Gen<string> RandomJson(int depth)
    {
        var leaf = Gen.OneOf(
            OneOf("null", "true", "\"\"", "{}", "[]", """{"$type": "com.atproto.label.defs#selfLabels", "values": 1}"""),
            Gen.Int.Select(value => value.ToString(CultureInfo.InvariantCulture)),
            Gen.String[0, 20].Where(text => text.All(c => !char.IsSurrogate(c))).Select(text => JsonSerializer.Serialize(text)));
        if (depth == 0)
        {
            return leaf;
        }

        var inner = RandomJson(depth - 1);
        var name = OneOf("$type", "uri", "cid", "root", "parent", "index", "features", "images", "values", "x");
        return Gen.OneOf(
            leaf,
            inner.Array[0, 3].Select(items => $"[{string.Join(',', items)}]"),
            Gen.Select(name, inner).Array[0, 4].Select(members =>
                $"{{{string.Join(',', members.Select(member => $"\"{member.Item1}\": {member.Item2}"))}}}"));
    }

    private static LexiconVerdict Validate(string rkey, string json, LexiconStrictness strictness) =>
        Catalog.Value.ValidateRecord(Example, RecordKey.Parse(rkey), Cbor(json), strictness);

    private static LexiconVerdict ValidatePost(string json) => LexiconCatalog.Bundled.ValidateRecord(Post, Key, Cbor(json));

    private static byte[] Cbor(string json) => DataModel.FromJson(Encoding.UTF8.GetBytes(json));

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Vectors", "lexicon", name);

    private static TheoryData<string, string, string> Read(string file)
    {
        var data = new TheoryData<string, string, string>();
        using var document = JsonDocument.Parse(File.ReadAllBytes(PathOf(file)));
        foreach (var vector in document.RootElement.EnumerateArray())
        {
            data.Add(
                vector.GetProperty("name").GetString()!,
                vector.GetProperty("rkey").GetString()!,
                vector.GetProperty("data").GetRawText());
        }

        return data;
    }
}
