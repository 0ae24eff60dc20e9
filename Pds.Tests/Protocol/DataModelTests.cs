using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AtProto;
using AtProto.Cbor;
using AtProto.Data;

namespace Pds.Tests.Protocol;

public sealed class DataModelTests
{
    public static TheoryData<string> Fixtures() => Rows("data-model/data-model-fixtures.json");

    public static TheoryData<string> Valid() => Rows("data-model/data-model-valid.json");

    public static TheoryData<string> Invalid() => Rows("data-model/data-model-invalid.json");

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void Fixtures_have_their_bytes_and_their_cid(string fixture)
    {
        var vector = JsonNode.Parse(fixture)!;

        var cbor = DataModel.FromJson(Utf8(vector["json"]!.ToJsonString()));

        Assert.Equal((string)vector["cbor_base64"]!, Convert.ToBase64String(cbor).TrimEnd('='));
        Assert.Equal((string)vector["cid"]!, Cid.Compute(CidCodec.DagCbor, cbor).ToString());
        Assert.True(JsonNode.DeepEquals(vector["json"], ToJson(cbor)));
        CborValidator.Validate(cbor);
    }

    [Theory]
    [MemberData(nameof(Valid))]
    public void Valid_values_survive_the_way_there_and_back(string vector)
    {
        var cbor = DataModel.FromJson(Utf8(JsonNode.Parse(vector)!["json"]!.ToJsonString()));

        Assert.Equal(cbor, DataModel.FromJson(Utf8(ToJson(cbor)!.ToJsonString())));
    }

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Invalid_values_are_refused_or_stay_what_they_look_like(string vector)
    {
        var json = JsonNode.Parse(vector)!["json"]!;
        byte[] cbor;
        try
        {
            cbor = DataModel.FromJson(Utf8(json.ToJsonString()));
        }
        catch (DataException)
        {
            return;
        }

        // A malformed link, byte string or blob is an ordinary map: nothing is read into it.
        Assert.True(JsonNode.DeepEquals(json, ToJson(cbor)));
        Assert.Empty(BlobReferences.Find(cbor));
    }

    [Theory]
    [InlineData("1.5")]
    [InlineData("1e-1")]
    [InlineData("9007199254740992")]
    [InlineData("-9007199254740992")]
    [InlineData("1e300")]
    [InlineData("{\"a\":\"\\ud800\"}")]
    [InlineData("{\"a\":1")]
    [InlineData("{} {}")]
    [InlineData("")]
    [InlineData("{\"a\":01}")]
    public void What_is_no_data_is_refused(string json) => Assert.Throws<DataException>(() => DataModel.FromJson(Utf8(json)));

    [Theory]
    [InlineData("1.0", "1")]
    [InlineData("1e3", "1000")]
    [InlineData("-0", "0")]
    [InlineData("-0.0", "0")]
    [InlineData("9007199254740991", "9007199254740991")]
    [InlineData("""{"b":1,"a":2,"b":3}""", """{"a":2,"b":3}""")]
    [InlineData("""{"bb":1,"a":2}""", """{"a":2,"bb":1}""")]
    [InlineData("""{"$bytes":"AQI="}""", """{"$bytes":"AQI"}""")]
    [InlineData("""{"$bytes":"_-8"}""", """{"$bytes":"/+8"}""")]
    [InlineData("""{"$bytes":"123"}""", """{"$bytes":"120"}""")]
    [InlineData("""{"$bytes":""}""", """{"$bytes":""}""")]
    [InlineData("""{"$link":"nonsense"}""", """{"$link":"nonsense"}""")]
    public void Spellings_come_to_one_form(string json, string canonical) =>
        Assert.Equal(canonical, ToText(DataModel.FromJson(Utf8(json))));

    [Fact]
    public void Depth_and_size_are_bounded()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 33)) + string.Concat(Enumerable.Repeat("]", 33));
        var long_ = $"\"{new string('a', DataModel.MaxJsonLength)}\"";

        Assert.Throws<DataException>(() => DataModel.FromJson(Utf8(deep)));
        Assert.Throws<DataException>(() => DataModel.FromJson(Utf8(long_)));
        Assert.Throws<DataException>(() => DataModel.FromJson(Utf8("[1,2,3]"), new CborLimits(MaxItems: 2)));
    }

    [Fact]
    public void Maps_of_every_size_come_into_order()
    {
        for (var size = 0; size < 60; size++)
        {
            var keys = Enumerable.Range(0, size).Select(n => $"k{n * 7919 % 61}").ToArray();
            var json = "{" + string.Join(',', keys.Concat(keys.Take(3)).Select((key, n) => $"\"{key}\":{n}")) + "}";

            var cbor = DataModel.FromJson(Utf8(json));

            CborValidator.Validate(cbor);
            Assert.Equal(size, new CborReader(cbor).ReadMapHeader());
        }
    }

    [Fact]
    public void Blobs_are_found_wherever_they_stand_and_in_both_forms()
    {
        var cid = Cid.Compute(CidCodec.Raw, "x"u8).ToString();
        var json = $$$"""
            {"a":[{"deep":{"$type":"blob","ref":{"$link":"{{{cid}}}"},"mimeType":"image/png","size":3} }],
             "b":{"cid":"{{{cid}}}","mimeType":"image/jpeg"},
             "c":{"cid":"{{{cid}}}","mimeType":"image/jpeg","more":1},
             "d":{"$type":"blob","ref":{"$link":"{{{cid}}}"},"mimeType":"image/png"}}
            """;

        var found = BlobReferences.Find(DataModel.FromJson(Utf8(json)));

        Assert.Equal(
            [new BlobReference(Cid.Parse(cid), "image/png", 3, false), new BlobReference(Cid.Parse(cid), "image/jpeg", -1, true)],
            found.OrderBy(blob => blob.IsLegacy));
    }

    private static TheoryData<string> Rows(string file) =>
        [.. JsonNode.Parse(File.ReadAllText(Vectors.PathOf(file)))!.AsArray().Select(row => row!.ToJsonString())];

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static JsonNode? ToJson(byte[] cbor) => JsonNode.Parse(ToText(cbor));

    private static string ToText(byte[] cbor)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(
            stream, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            DataModel.WriteJson(cbor, writer);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    [Theory]
    [InlineData("7b22ff223a312e357d")]
    [InlineData("7b22ff223a7b2262223a312e357d7d")]
    [InlineData("7b2261223a22ff227d")]
    public void Text_that_is_no_utf_8_is_refused_wherever_it_stands(string json) =>
        Assert.Throws<DataException>(() => DataModel.FromJson(Convert.FromHexString(json)));
}
