using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AtProto;
using AtProto.Crypto;
using AtProto.Repo;
using Pds.Tests.Protocol;
using Pds.Tests.Repo;

namespace Pds.Tests.Fuzzing.Targets;

/// <summary>Inputs that are right, or wrong in a known way.</summary>
internal static class Samples
{
    public static readonly Did Did = Did.Parse("did:plc:ewvi7nxzyoun6zhxrhs64oiz");

    public static JsonElement Vector(string path) => JsonDocument.Parse(File.ReadAllBytes(Vectors.PathOf(path))).RootElement;

    public static IEnumerable<string> Values(string path, string property) =>
        Vector(path).EnumerateArray().Select(item => item.GetProperty(property).GetString()!);

    public static IEnumerable<byte[]> Frames() => Values("reference/stream-frames.json", "frameHex").Select(Convert.FromHexString);

    /// <summary>The events and commits of a history that the reference has written.</summary>
    public static IEnumerable<JsonElement> History() => Vector("reference/repo-history.json").GetProperty("steps").EnumerateArray();

    public static IEnumerable<byte[]> Commits() => History().Select(step => Convert.FromHexString(step.GetProperty("commitCborHex").GetString()!));

    public static IEnumerable<byte[]> Repositories()
    {
        yield return new RepoCar(Did).Build().ToBytes();
        yield return new RepoCar(Did).AddPosts(1).Build().ToBytes();
        yield return new RepoCar(Did).AddPosts(12)
            .Add("app.bsky.actor.profile/self", new JsonObject { ["$type"] = "app.bsky.actor.profile", ["avatar"] = Blob() }).Build().ToBytes();
        foreach (var step in History())
        {
            yield return step.GetProperty("eventCarBase64").GetBytesFromBase64();
        }
    }

    /// <summary>Trees alone: files whose root is the top node, of keys on several layers.</summary>
    public static IEnumerable<byte[]> Trees()
    {
        foreach (var depths in (int[][])[[], [0], [1], [0, 1, 0], [2, 0, 1, 0, 3, 0, 1], [0, 0, 0, 0, 1, 2, 0, 4]])
        {
            var keys = depths.Select((depth, place) => Enumerable.Range(0, int.MaxValue)
                .Select(i => $"com.example.k{place}/{i:x}").First(key => NaiveTree.Depth(key) == depth));
            var tree = Protocol.Trees.Build(keys.Select(key => (key, Cid.Compute(CidCodec.DagCbor, Encoding.ASCII.GetBytes(key)))));
            yield return RepoCar.Write(tree.Root, Protocol.Trees.Nodes(tree).Select(node => new Block(node.Key, node.Value)));
        }
    }

    public static IEnumerable<byte[]> Records()
    {
        foreach (var file in (string[])["data-model/data-model-fixtures.json", "data-model/data-model-valid.json"])
        {
            foreach (var item in Vector(file).EnumerateArray())
            {
                yield return Encoding.UTF8.GetBytes(item.GetProperty("json").GetRawText());
            }
        }

        foreach (var record in (JsonNode[])
        [
            Support.Records.Post("hello"),
            JsonNode.Parse("""
                {"$type":"app.bsky.feed.post","text":"hé @a.test","createdAt":"2026-01-01T00:00:00.000Z","langs":["en","pt-BR"],"tags":["x"],
                 "facets":[{"index":{"byteStart":4,"byteEnd":11},"features":[{"$type":"app.bsky.richtext.facet#mention","did":"did:web:a.test"}]}],
                 "reply":{"root":{"uri":"at://did:web:a.test/app.bsky.feed.post/3k","cid":"bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm"},
                          "parent":{"uri":"at://did:web:a.test/app.bsky.feed.post/3k","cid":"bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm"}},
                 "labels":{"$type":"com.atproto.label.defs#selfLabels","values":[{"val":"x"}]},
                 "embed":{"$type":"app.bsky.embed.external","external":{"uri":"https://a.test/","title":"t","description":"d"}}}
                """)!,
            new JsonObject { ["$type"] = "app.bsky.actor.profile", ["displayName"] = "x", ["avatar"] = Blob() },
            JsonNode.Parse("""
                {"$type":"app.bsky.feed.threadgate","post":"at://did:web:a.test/app.bsky.feed.post/3k","createdAt":"2026-01-01T00:00:00Z",
                 "allow":[{"$type":"app.bsky.feed.threadgate#mentionRule"}],"hiddenReplies":[]}
                """)!,
            JsonNode.Parse("""{"$type":"app.bsky.graph.follow","subject":"did:web:a.test","createdAt":"2026-01-01T00:00:00Z"}""")!,
        ])
        {
            yield return JsonSerializer.SerializeToUtf8Bytes(record);
        }
    }

    public static IEnumerable<byte[]> Lexicons() => Directory.EnumerateFiles(Vectors.PathOf("lexicon/catalog"), "*.json").Select(File.ReadAllBytes)
        .Concat(Vector("lexicon/lexicon-valid.json").EnumerateArray().Select(item => Encoding.UTF8.GetBytes(item.GetProperty("lexicon").GetRawText())));

    /// <summary>Entries of logs, one by one.</summary>
    public static IEnumerable<byte[]> PlcEntries() => Directory.EnumerateFiles(Vectors.PathOf("plc/audit_log/valid"), "*.json")
        .Select(file => JsonDocument.Parse(File.ReadAllBytes(file)).RootElement)
        .SelectMany(log => log.EnumerateArray())
        .DistinctBy(entry => (entry.GetProperty("operation").GetProperty("type").GetString(), entry.GetProperty("nullified").GetBoolean()))
        .Select(entry => Encoding.UTF8.GetBytes(entry.GetRawText()));

    public static PrivateKey Key() => PrivateKey.FromBytes(
        KeyCurve.P256, Convert.FromHexString("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"));

    private static JsonNode Blob() => JsonNode.Parse(
        """{"$type":"blob","ref":{"$link":"bafkreibjfgx2gprinfvicegelk5kosd6y2frmqpqzwqkg7usac74l3t2v4"},"mimeType":"image/png","size":1}""")!;
}
