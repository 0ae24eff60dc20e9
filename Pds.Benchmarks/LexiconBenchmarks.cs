using System.Text;
using AtProto;
using AtProto.Data;
using AtProto.Lexicons;
using BenchmarkDotNet.Attributes;

namespace Pds.Benchmarks;

/// <summary>What the schema check adds to each write, and what the schemas cost at start.</summary>
[MemoryDiagnoser]
public class LexiconBenchmarks
{
    private static readonly Nsid Post = Nsid.Parse("app.bsky.feed.post");
    private static readonly Nsid Like = Nsid.Parse("app.bsky.feed.like");
    private static readonly RecordKey Key = RecordKey.Parse("3jzfcijpj2z2a");

    private byte[] _post = [];
    private byte[] _japanese = [];
    private byte[] _like = [];
    private byte[][] _documents = [];

    [GlobalSetup]
    public void Prepare()
    {
        const string text = "A post of a usual length, as people write them when they have a minute to spare and something to say.";
        _post = Cbor($$"""{"$type": "app.bsky.feed.post", "text": "{{text}}", "langs": ["en"], "createdAt": "2026-03-01T12:00:00.000Z"}""");
        var japanese = string.Concat(Enumerable.Repeat("東京タワーの夜景はきれいだ。", 10));
        _japanese = Cbor($$"""{"$type": "app.bsky.feed.post", "text": "{{japanese}}", "langs": ["ja"], "createdAt": "2026-03-01T12:00:00.000Z"}""");
        _documents = [.. BundledLexicons.Sources().Select(source => source.Value())];
        _like = Cbor("""{"$type": "app.bsky.feed.like", "subject": {"uri": "at://did:plc:z72i7hdynmk6r22z27h6tvur/app.bsky.feed.post/3jzfcijpj2z2a", "cid": "bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq"}, "createdAt": "2026-03-01T12:00:00.000Z"}""");
    }

    [Benchmark]
    public LexiconVerdict Validate_a_post_of_200_bytes() => LexiconCatalog.Bundled.ValidateRecord(Post, Key, _post);

    [Benchmark]
    public LexiconVerdict Validate_a_post_whose_graphemes_must_be_counted() => LexiconCatalog.Bundled.ValidateRecord(Post, Key, _japanese);

    [Benchmark]
    public LexiconVerdict Validate_a_like() => LexiconCatalog.Bundled.ValidateRecord(Like, Key, _like);

    [Benchmark]
    public LexiconCatalog Read_all_bundled_documents() => new(_documents.Select(json => LexiconDocument.Parse(json)));

    private static byte[] Cbor(string json) => DataModel.FromJson(Encoding.UTF8.GetBytes(json));
}
