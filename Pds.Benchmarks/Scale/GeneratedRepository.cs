using System.Text;
using AtProto;
using AtProto.Crypto;
using AtProto.Data;
using AtProto.Repo;

namespace Pds.Benchmarks.Scale;

/// <summary>A repository of posts, as its owner could have written it; the same for the same number.</summary>
internal sealed class GeneratedRepository
{
    public const string Collection = "app.bsky.feed.post";

    // Posts follow one another by some minutes from the first of January 2024 on.
    private const long Start = 1_704_067_200_000_000;
    private const long Step = 700_000_000;

    private const string Words = "the quick brown fox jumps over a lazy dog while nobody looks at what it has written here before lunch";

    public GeneratedRepository(long id, int records, PrivateKey key)
    {
        Id = id;
        Did = Did.Parse($"did:web:account{id}.test");
        var tree = new TreeBuilder(Nodes.Add);
        for (var i = 0; i < records; i++)
        {
            var rkey = Tid.FromMicroseconds(Start + (i * Step) + id, clockId: 0).ToString();
            var value = DataModel.FromJson(Encoding.UTF8.GetBytes(
                $$"""
                {"$type":"{{Collection}}","text":"{{id}}/{{i}}: {{Words[..(20 + (int)((id + i) % 80))]}}","langs":["en"],"createdAt":"2024-01-01T00:00:00.000Z"}
                """));
            var block = new Block(Cid.Compute(CidCodec.DagCbor, value), value);
            Records.Add((rkey, block));
            tree.Add($"{Collection}/{rkey}", block.Cid);
        }

        var root = tree.Build().Root;
        Commit = new Commit(Did, root, Tid.FromMicroseconds(Start + (records * Step), clockId: 1)).Sign(key);
    }

    public long Id { get; }

    public Did Did { get; }

    public SignedCommit Commit { get; }

    public List<Block> Nodes { get; } = [];

    public List<(string Rkey, Block Block)> Records { get; } = [];
}
