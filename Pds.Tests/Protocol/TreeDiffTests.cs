using System.Text;
using AtProto;
using AtProto.Repo;
using CsCheck;

namespace Pds.Tests.Protocol;

/// <summary>Two trees that are only read as they are asked for, held against what they hold.</summary>
public sealed class TreeDiffTests
{
    private static readonly Gen<SortedDictionary<string, Cid>> Contents = Gen.Select(Gen.Int[0, 200], Gen.Int[0, 3])
        .Array[0, 200]
        .Select(pairs =>
        {
            var content = new SortedDictionary<string, Cid>(StringComparer.Ordinal);
            foreach (var (key, value) in pairs)
            {
                content[$"app.bsky.feed.post/{key}"] = Cid.Compute(CidCodec.DagCbor, [(byte)value]);
            }

            return content;
        });

    [Fact]
    public void A_difference_is_what_is_in_one_tree_only() => Gen.Select(Contents, Contents, Gen.Bool).Sample((before, other, isNear) =>
    {
        // Trees that have most in common, and trees that have little.
        var after = isNear ? new SortedDictionary<string, Cid>(before, StringComparer.Ordinal) : [];
        foreach (var (key, value) in other.Take(isNear ? 5 : int.MaxValue))
        {
            after[key] = value;
        }

        var (old, @new) = (TreeOf(before), TreeOf(after));
        var asked = new List<Cid>();
        var diff = new TreeDiff(old.Root, @new.Root, cid =>
        {
            asked.Add(cid);
            return old.Nodes.GetValueOrDefault(cid) ?? @new.Nodes[cid];
        });

        var changes = new List<(string, Cid?, Cid?)>();
        while (diff.Read())
        {
            changes.Add((Encoding.ASCII.GetString(diff.Key), diff.Before, diff.After));
        }

        var keys = before.Keys.Union(after.Keys).Order(StringComparer.Ordinal);
        Assert.Equal(
            keys.Select(key => (key, Get(before, key), Get(after, key))).Where(change => change.Item2 != change.Item3),
            changes);
        Assert.Equal(@new.Nodes.Keys.Except(old.Nodes.Keys).ToHashSet(), diff.NewNodes.ToHashSet());
        Assert.Equal(old.Nodes.Keys.Except(@new.Nodes.Keys).ToHashSet(), diff.RemovedNodes.ToHashSet());
        if (old.Root == @new.Root)
        {
            Assert.Empty(asked);
        }
    });

    [Fact]
    public void Of_large_trees_with_one_change_only_the_ways_to_it_are_read()
    {
        var before = Enumerable.Range(0, 20_000).ToDictionary(i => $"app.bsky.feed.post/{i:d6}", i => Cid.Compute(CidCodec.DagCbor, [1]));
        var (old, asked) = (TreeOf(before), 0);
        before["app.bsky.feed.post/007777"] = Cid.Compute(CidCodec.DagCbor, [2]);
        var @new = TreeOf(before);

        var diff = new TreeDiff(old.Root, @new.Root, cid =>
        {
            asked++;
            return old.Nodes.GetValueOrDefault(cid) ?? @new.Nodes[cid];
        });

        Assert.True(diff.Read());
        Assert.Equal("app.bsky.feed.post/007777", Encoding.ASCII.GetString(diff.Key));
        Assert.False(diff.Read());
        Assert.InRange(asked, 2, 40);
    }

    [Fact]
    public void A_node_that_nobody_has_is_named()
    {
        var tree = TreeOf(new Dictionary<string, Cid> { ["a/b"] = Cid.Compute(CidCodec.DagCbor, [1]) });

        var exception = Assert.Throws<TreeException>(() => new TreeDiff(MerkleTree.Empty.Root, tree.Root, _ => null).Read());

        Assert.Equal(tree.Root, exception.Missing);
    }

    private static Cid? Get(SortedDictionary<string, Cid> content, string key) =>
        content.TryGetValue(key, out var value) ? value : null;

    private static (Cid Root, Dictionary<Cid, byte[]> Nodes) TreeOf(IEnumerable<KeyValuePair<string, Cid>> content)
    {
        var tree = Trees.Build(content.Select(entry => (entry.Key, entry.Value)));
        return (tree.Root, Trees.Nodes(tree));
    }
}
