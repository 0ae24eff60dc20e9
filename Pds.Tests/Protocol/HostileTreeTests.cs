using System.Text;
using AtProto;
using AtProto.Cbor;
using AtProto.Repo;

namespace Pds.Tests.Protocol;

/// <summary>Nodes that are well encoded and lie.</summary>
public sealed class HostileTreeTests
{
    private static readonly Cid Value = Cid.Compute(CidCodec.DagCbor, "record"u8);

    private readonly Dictionary<Cid, byte[]> _store = [];

    [Fact]
    public void An_honest_node_is_accepted()
    {
        var keys = Keys(0, 3);

        Read(Node(null, (0, keys[0], null), (Shared(keys[0], keys[1]), keys[1], null), (Shared(keys[1], keys[2]), keys[2], null)));
    }

    [Fact]
    public void Keys_out_of_order_or_twice_are_refused()
    {
        var keys = Keys(0, 2);

        AssertRefused("out of order", Node(null, (0, keys[1], null), (Shared(keys[0], keys[1]), keys[0], null)));
        AssertRefused("impossible length", Node(null, (0, keys[0], null), (keys[0].Length, keys[0], null)));
    }

    [Fact]
    public void A_key_that_is_shortened_too_little_or_too_much_is_refused()
    {
        var keys = Keys(0, 2);

        AssertRefused("shortened less", Node(null, (0, keys[0], null), (0, keys[1], null)));
        AssertRefused("impossible length", Node(null, (3, keys[0], null)));
    }

    [Theory]
    [InlineData("noslash")]
    [InlineData("two/sla/shes")]
    [InlineData("/rkey")]
    [InlineData("collection/")]
    [InlineData("collection/with space")]
    public void An_invalid_key_is_refused(string key) => AssertRefused("invalid key", Node(null, (0, key, null)));

    [Fact]
    public void A_key_of_more_than_1024_bytes_is_refused() =>
        AssertRefused("impossible length", Node(null, (0, "c/" + new string('k', 1023), null)));

    [Fact]
    public void A_key_of_another_layer_is_refused()
    {
        var low = Keys(0, 1)[0];
        var high = Keys(1, 1)[0];
        var (first, second) = string.CompareOrdinal(low, high) < 0 ? (low, high) : (high, low);

        AssertRefused("another layer", Node(null, (0, first, null), (Shared(first, second), second, null)));
        AssertRefused("another layer", Node(Node(null, (0, Keys(1, 1)[0], null)), (0, Keys(1, 2)[1], null)));
        AssertRefused("another layer", Node(Node(null, (0, Keys(0, 1)[0], null)), (0, Keys(2, 1)[0], null)));
    }

    [Fact]
    public void Keys_below_that_belong_elsewhere_are_refused()
    {
        var top = Keys(1, 3)[1];
        var before = Keys(0, 500).First(key => string.CompareOrdinal(key, top) < 0);
        var after = Keys(0, 500).First(key => string.CompareOrdinal(key, top) > 0);

        Read(Node(Node(null, (0, before, null)), (0, top, Node(null, (0, after, null)))));
        AssertRefused("belongs after", Node(Node(null, (0, after, null)), (0, top, null)));
        AssertRefused("belongs before", Node(null, (0, top, Node(null, (0, before, null)))));
    }

    [Fact]
    public void A_chain_of_empty_nodes_ends_at_the_bottom()
    {
        var chain = Node(null, (0, Keys(0, 1)[0], null));
        for (var i = 0; i < 100; i++)
        {
            chain = Node(chain);
        }

        var top = Keys(3, 1)[0];
        AssertRefused("at the bottom and has links", Node(chain, (0, top, null)));
    }

    [Fact]
    public void A_top_without_entries_and_an_empty_node_below_are_refused()
    {
        AssertRefused("at the top and has no entries", Node(Node(null, (0, Keys(0, 1)[0], null))));
        AssertRefused("neither entries nor link", Node(Node(null), (0, Keys(1, 1)[0], null)));
    }

    [Fact]
    public void A_block_of_another_cid_is_refused()
    {
        var one = Node(null, (0, Keys(0, 1)[0], null));
        var other = Node(null, (0, Keys(0, 2)[1], null));
        _store[one] = _store[other];

        AssertRefused("not what its CID says", one);
    }

    [Fact]
    public void A_count_beyond_the_bytes_is_refused_before_anything_is_made_of_it()
    {
        byte[] bytes = [0xa2, 0x61, (byte)'e', 0x9a, 0xff, 0xff, 0xff, 0xff, 0x61, (byte)'l', 0xf6];
        var cid = Cid.Compute(CidCodec.DagCbor, bytes);
        _store[cid] = bytes;

        AssertRefused("tree node", cid);
    }

    [Fact]
    public void A_node_beyond_two_megabytes_is_refused()
    {
        var bytes = new byte[2_000_001];
        var cid = Cid.Compute(CidCodec.DagCbor, bytes);
        _store[cid] = bytes;

        AssertRefused("2000001 bytes", cid);
    }

    [Fact]
    public void Invalid_keys_and_values_are_not_added()
    {
        Assert.Throws<ArgumentException>(() => MerkleTree.Empty.Add("no slash", Value));
        Assert.Throws<ArgumentException>(() => MerkleTree.Empty.Add("c/ö", Value));
        Assert.Throws<ArgumentException>(() => MerkleTree.Empty.Add("c/" + new string('k', 2000), Value));
        Assert.Throws<ArgumentException>(() => MerkleTree.Empty.Add("c/k", Cid.Compute(CidCodec.Raw, "blob"u8)));
        var builder = new TreeBuilder();
        builder.Add("c/b", Value);
        Assert.Throws<ArgumentException>(() => builder.Add("c/a", Value));
    }

    [Fact]
    public void What_is_not_in_memory_is_named()
    {
        var top = Keys(1, 1)[0];
        var key = Keys(0, 500).First(key => string.CompareOrdinal(key, top) < 0);
        var child = Node(null, (0, key, null));
        var root = Node(child, (0, top, null));

        Assert.Equal(root, Assert.Throws<TreeException>(() => MerkleTree.FromRoot(root).Get(key)).Missing);
        var tree = MerkleTree.FromBlocks(root, new Dictionary<Cid, byte[]> { [root] = _store[root] });
        Assert.Equal(child, Assert.Throws<TreeException>(() => tree.Get(key)).Missing);
        Assert.Equal(child, Assert.Throws<TreeException>(() => tree.Delete(key)).Missing);
        Assert.Equal(Value, tree.Get(top));
    }

    [Fact]
    public async Task Threads_may_load_read_edit_and_seal_one_tree()
    {
        var model = new SortedDictionary<string, Cid>(StringComparer.Ordinal);
        Keys(0, 300).Concat(Keys(1, 80)).Concat(Keys(2, 20)).ToList().ForEach(key => model[key] = Value);
        var naive = new NaiveTree(model);
        var other = Cid.Compute(CidCodec.DagCbor, "other"u8);
        for (var round = 0; round < 20; round++)
        {
            var tree = MerkleTree.FromRoot(naive.Root);
            var edited = Trees.Build(model.Select(entry => (entry.Key, entry.Value))).Add("zz/new", other)!.Delete(Keys(2, 1)[0])!;

            var roots = await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
            {
                foreach (var key in model.Keys)
                {
                    while (!tree.TryPrepare(key, out var missing))
                    {
                        missing.Attach(naive.Nodes[missing.Cid]);
                    }

                    Assert.Equal(Value, tree.Get(key));
                }

                return (tree.Add("zz/new", other)!.Delete(Keys(2, 1)[0])!.Root, edited.Root);
            }, TestContext.Current.CancellationToken)));

            Assert.All(roots, root => Assert.Equal(root.Item1, root.Item2));
            Assert.Single(roots.Distinct());
        }
    }

    private void Read(Cid root)
    {
        var cursor = MerkleTree.FromBlocks(root, _store).GetCursor();
        while (cursor.Read() is TreeStep.Entry)
        {
        }

        Assert.Equal(TreeStep.End, cursor.Read());
    }

    private void AssertRefused(string how, Cid root) =>
        Assert.Contains(how, Assert.Throws<TreeException>(() => Read(root)).Message, StringComparison.Ordinal);

    private Cid Node(Cid? left, params (int Prefix, string Key, Cid? Right)[] entries)
    {
        using var writer = new CborWriter();
        writer.WriteMapHeader(2);
        writer.WriteText("e");
        writer.WriteArrayHeader(entries.Length);
        foreach (var (prefix, key, right) in entries)
        {
            writer.WriteMapHeader(4);
            writer.WriteText("k");
            writer.WriteBytes(Encoding.ASCII.GetBytes(key).AsSpan(prefix));
            writer.WriteText("p");
            writer.WriteInt64(prefix);
            writer.WriteText("t");
            WriteLink(writer, right);
            writer.WriteText("v");
            writer.WriteCid(Value);
        }

        writer.WriteText("l");
        WriteLink(writer, left);
        var cid = Cid.Compute(CidCodec.DagCbor, writer.WrittenSpan);
        _store[cid] = writer.ToArray();
        return cid;
    }

    private static void WriteLink(CborWriter writer, Cid? link)
    {
        if (link is { } cid)
        {
            writer.WriteCid(cid);
        }
        else
        {
            writer.WriteNull();
        }
    }

    private static int Shared(string left, string right) =>
        left.Zip(right).TakeWhile(pair => pair.First == pair.Second).Count();

    /// <summary>Keys of one depth, in order.</summary>
    private static List<string> Keys(int depth, int count) =>
        [.. Enumerable.Range(0, 100_000).Select(i => $"coll/{i:d6}").Where(key => NaiveTree.Depth(key) == depth).Take(count)];
}
