using System.Globalization;
using System.Text;
using AtProto;
using AtProto.Crypto;
using AtProto.Repo;
using AtProto.Stream;
using BenchmarkDotNet.Attributes;

namespace Pds.Benchmarks;

/// <summary>What one write costs in the tree of a repository, with all encoding and hashing; what reading and building cost.</summary>
[MemoryDiagnoser]
public class MstBenchmarks
{
    private const string NewPost = "app.bsky.feed.post/3zzzzzzzzzz2a";

    private static readonly Cid Record = Cid.Compute(CidCodec.DagCbor, "record"u8);
    private static readonly Did Alice = Did.Parse("did:plc:z72i7hdynmk6r22z27h6tvur");

    private readonly PrivateKey _key = PrivateKey.Generate(KeyCurve.P256);
    private readonly byte[] _record = new byte[300];
    private string[] _keys = [];
    private MerkleTree _tree = MerkleTree.Empty;
    private string _middle = "";
    private Dictionary<Cid, byte[]> _path = [];

    [Params(1_000, 10_000, 1_000_000)]
    public int Count { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _keys = [.. Enumerable.Range(0, Count).Select(Key).Order(StringComparer.Ordinal)];
        _middle = Key(Count / 2);
        _tree = Build();
        CommitProof.TryCollect(_tree, Encoding.ASCII.GetBytes(_middle), out var nodes, out _);
        _path = nodes.ToDictionary(node => node.Cid, node => node.Bytes);
    }

    [GlobalCleanup]
    public void Cleanup() => _key.Dispose();

    [Benchmark]
    public Cid? Get() => _tree.Get(_middle);

    [Benchmark]
    public Cid AddNewestAndHash() => _tree.Add(NewPost, Record)!.Root;

    [Benchmark]
    public Cid DeleteAndHash() => _tree.Delete(_middle)!.Root;

    [Benchmark]
    public Cid UpdateAndHash() => _tree.Update(_middle, MerkleTree.Empty.Root)!.Root;

    [Benchmark]
    public TreeChange AddNewestWithChangeAndProof()
    {
        var tree = _tree.Add(NewPost, Record)!;
        return TreeChange.Between(_tree, tree, NewPost);
    }

    /// <summary>All of a commit but storing it: tree, proof, signature, frame.</summary>
    [Benchmark]
    public EventBody CommitNewest()
    {
        var tree = _tree.Add(NewPost, Record)!;
        var change = TreeChange.Between(_tree, tree, NewPost);
        var commit = new Commit(Alice, tree.Root, new Tid(1L << 60)).Sign(_key);
        Block[] blocks = [.. change.NewNodes, .. change.ProofNodes, new Block(Record, _record)];
        return EventFrame.Commit(
            commit, new Tid(1L << 59), _tree.Root, [CommitOperation.Create(NewPost, Record)], blocks, DateTimeOffset.UnixEpoch);
    }

    [Benchmark]
    public int Prove() => TreeChange.Between(_tree, _tree, _middle).ProofNodes.Count;

    /// <summary>Reads and checks the nodes on the way to one key, as after a restart.</summary>
    [Benchmark]
    public Cid? LoadPathAndGet() => MerkleTree.FromBlocks(_tree.Root, _path).Get(_middle);

    [Benchmark]
    public Cid BuildAll() => Build().Root;

    private MerkleTree Build()
    {
        var builder = new TreeBuilder();
        foreach (var key in _keys)
        {
            builder.Add(key, Record);
        }

        return builder.Build();
    }

    // Likes, posts, reposts and follows in the usual proportion, with record keys that grow.
    private static string Key(int number)
    {
        var collection = (number % 10) switch
        {
            < 6 => "app.bsky.feed.like",
            < 8 => "app.bsky.feed.post",
            8 => "app.bsky.feed.repost",
            _ => "app.bsky.graph.follow",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{collection}/{new Tid((1L << 59) + (number * 7919L * 1024 * 1000))}");
    }
}
