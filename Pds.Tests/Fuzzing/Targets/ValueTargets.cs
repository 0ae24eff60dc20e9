using System.Text;
using AtProto;
using AtProto.Cbor;
using AtProto.Crypto;
using AtProto.Data;
using AtProto.Lexicons;
using AtProto.Repo;
using Pds.Tests.Fuzzing.Forms;
using Pds.Tests.Protocol;

namespace Pds.Tests.Fuzzing.Targets;

/// <summary>Values of the data model, schemas, names.</summary>
internal static class ValueTargets
{
    private static readonly JsonForm RecordForm = new(
        "$type", "$link", "$bytes", "blob", "text", "createdAt", "subject", "embed", "app.bsky.feed.post", "app.bsky.actor.profile", "app.bsky.embed.images",
        "app.bsky.feed.threadgate", "app.bsky.richtext.facet#link", "did:web:a.test", "at://did:web:a.test", "2026-01-01T00:00:00Z", "en", "self");

    private static readonly JsonForm LexiconForm = new(
        "lexicon", "id", "defs", "main", "type", "record", "key", "tid", "literal:self", "object", "properties", "required", "nullable", "array", "items",
        "maxLength", "minLength", "maxGraphemes", "string", "format", "integer", "minimum", "maximum", "enum", "const", "default", "knownValues", "union", "refs",
        "closed", "ref", "#main", "com.example.record", "unknown", "token", "bytes", "cid-link", "blob", "accept", "maxSize", "query", "procedure", "subscription",
        "parameters", "params", "input", "output", "message", "schema", "encoding", "permission-set", "permissions", "boolean", "at-uri", "datetime");

    private static readonly TextForm NameForm = new(
        "did:", "did:plc:", "did:web:", "did:key:z", "at://", "/", "#", ".", "..", "-", "_", "~", "%", "%20", ":", "@", "xn--", "test", "self", "com.example.a",
        "bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm", "3mabcdefghi2a", "2026-01-01", "T00:00:00", ".123", "Z", "+00:00", "-00:00", "\u0000", "é", "🐢", "en-GB",
        "i-klingon", "x-a", "zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme", "https://", "\n", " ");

    public static IEnumerable<FuzzTarget> All =>
    [
        new("CBOR", CborForm.Instance, CheckCbor, () => Samples.Frames().Concat(Samples.Commits())),
        new("records", RecordForm, CheckRecord, Samples.Records) { Allowance = 2_000_000 },
        new("lexicons", LexiconForm, CheckLexicon, Samples.Lexicons) { MaxLength = 20_000 },
        new("identifiers", NameForm, CheckName, () => Directory.EnumerateFiles(Vectors.PathOf("syntax"), "*_valid.txt").SelectMany(File.ReadLines)
            .Append("did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme").Select(Encoding.UTF8.GetBytes)),
    ];

    // All readers agree on what is canonical, and what can be shown as JSON comes back the same.
    private static void CheckCbor(byte[] input)
    {
        var isValid = CborValidator.IsValid(input);
        Assert.Equal(isValid, Checks.Accepts<CborException>(() => CborValidator.Validate(input)));
        SignedCommit.TryDecode(input, out var _);
        Checks.Accepts<CborException>(() => BlobReferences.Find(input));
        byte[] json = [];
        if (Checks.Accepts<CborException>(() => json = Checks.ToJson(input)))
        {
            // Whatever is not shown as it was is an integer that JSON cannot carry.
            Checks.Accepts<DataException>(() => Assert.True(DataModel.FromJson(json) is var again && (!isValid || again.AsSpan().SequenceEqual(input) || HasMarks(json))));
        }
    }

    // A map that looks as JSON shows links and bytes becomes such.
    private static bool HasMarks(byte[] json) => json.AsSpan().IndexOf("\"$"u8) >= 0;

    private static void CheckRecord(byte[] input) => Checks.Accepts<DataException>(() =>
    {
        var cbor = DataModel.FromJson(input);
        CborValidator.Validate(cbor);
        Assert.Equal(cbor, DataModel.FromJson(Checks.ToJson(cbor)));
        BlobReferences.Find(cbor);
        foreach (var collection in (string[])["app.bsky.feed.post", "app.bsky.actor.profile", "app.bsky.feed.threadgate", "app.bsky.graph.follow"])
        {
            var verdict = LexiconCatalog.Bundled.ValidateRecord(Nsid.Parse(collection), RecordKey.Parse("self"), cbor);
            Assert.Equal(verdict.IsValid, verdict.Message is null);
        }
    });

    // What compiles can judge any value without an exception.
    private static void CheckLexicon(byte[] input) => Checks.Accepts<LexiconException>(() =>
    {
        var document = LexiconDocument.Parse(input);
        var catalog = new LexiconCatalog([document]);
        foreach (var value in (string[])["{}", """{"a":[{"b":null}],"integer":1,"string":"x"}""", "[]", "1"])
        {
            var cbor = DataModel.FromJson(Encoding.UTF8.GetBytes(value));
            catalog.ValidateRecord(document.Id, RecordKey.Parse("self"), cbor);
            catalog.ValidateInput(document.Id, cbor);
            catalog.ValidateOutput(document.Id, cbor);
        }

        catalog.ReadParameters(document.Id, [new("a", "1"), new("limit", "x"), new("a", "")], out _);
        Assert.All(document.ReferencedDocuments, reference => Assert.True(Nsid.IsValid(reference.Value)));
    });

    private static void CheckName(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        AssertStable<Did>(text);
        AssertStable<Handle>(text);
        AssertStable<Nsid>(text);
        AssertStable<RecordKey>(text);
        AssertStable<Tid>(text);
        AssertStable<AtUri>(text);
        AssertStable<AtIdentifier>(text);
        AssertStable<Cid>(text);
        AtDatetime.IsValid(text);
        Language.IsValid(text);
        UriSyntax.IsValid(text);
        if (PublicKey.TryParseDidKey(text, out var key))
        {
            Assert.Equal(key, PublicKey.ParseDidKey(key.ToDidKey()));
        }
    }

    private static void AssertStable<T>(string text)
        where T : IParsable<T>
    {
        var isOne = T.TryParse(text, null, out var value);
        Assert.Equal(isOne, Checks.Accepts<FormatException>(() => T.Parse(text, null)));
        if (isOne)
        {
            Assert.Equal(value, T.Parse(value!.ToString()!, null));
        }
    }
}
