using System.Text;
using AtProto;
using AtProto.Repo;
using CsCheck;

namespace Pds.Tests.Protocol;

/// <summary>Any sequence of edits, held against the tree as the specification defines it.</summary>
public sealed class MerkleTreePropertyTests
{
    // Few keys, so that edits meet; of several lengths, so that every form of a length occurs.
    private static readonly Gen<string> Keys = Gen.Select(
        OneOf("a", "app.bsky.feed.post", "app.bsky.graph.follow", new string('c', 30), new string('d', 300)),
        Gen.Int[0, 150],
        OneOf("", "", "", new string('x', 40), new string('y', 280)),
        (collection, number, tail) => $"{collection}/{number}{tail}");

    private static readonly Gen<Cid> Values =
        Gen.Int[0, 5].Select(number => Cid.Compute(CidCodec.DagCbor, [(byte)number]));

    private static readonly Gen<(string Key, Cid? Value)[][]> Batches =
        Gen.Select(Keys, Values.Nullable(0.4)).Array[0, 12].Array[1, 8];

    private static readonly Gen<SortedDictionary<string, Cid>> Contents = Gen.Select(Keys, Values).Array[0, 120]
        .Select(entries => Model(entries));

    [Fact]
    public void Edits_in_any_order_give_the_tree_of_what_remains() => Gen.Select(Contents, Batches).Sample((model, batches) =>
    {
        var tree = Trees.Build(model.Select(entry => (entry.Key, entry.Value)));
        foreach (var batch in batches)
        {
            foreach (var (key, value) in batch)
            {
                tree = Apply(tree, model, key, value, []);
            }

            Assert.Equal(new NaiveTree(model).Root, tree.Root);
            Assert.Equal(model.Select(entry => (entry.Key, entry.Value)), Trees.Entries(tree));
            Assert.All(model, entry => Assert.Equal(entry.Value, tree.Get(entry.Key)));
        }
    });

    [Fact]
    public void A_bulk_build_has_the_nodes_of_the_tree_and_hands_each_on_once() => Contents.Sample(model =>
    {
        var naive = new NaiveTree(model);
        Dictionary<Cid, byte[]> nodes = [];
        var builder = new TreeBuilder(block => nodes.Add(block.Cid, block.Bytes));
        foreach (var (key, value) in model)
        {
            builder.Add(key, value);
        }

        Assert.Equal(naive.Root, builder.Build().Root);
        Assert.Equal(Ordered(naive.Nodes), Ordered(nodes));
    });

    [Fact]
    public void A_commit_s_new_and_removed_nodes_are_the_difference_of_both_trees_and_its_event_can_be_undone() =>
        Gen.Select(Contents, Batches).Sample((model, batches) =>
        {
            var tree = Trees.Build(model.Select(entry => (entry.Key, entry.Value)));
            foreach (var batch in batches)
            {
                var before = tree;
                var old = new NaiveTree(model);
                List<CommitOperation> operations = [];
                foreach (var (key, value) in batch.DistinctBy(write => write.Key))
                {
                    tree = Apply(tree, model, key, value, operations);
                }

                var change = TreeChange.Between(before, tree, [.. operations.Select(operation => operation.Path)]);

                AssertIsDifference(old, new NaiveTree(model), change);
                Assert.Equal(
                    operations.Where(operation => operation.Cid != operation.Prev).OrderBy(operation => operation.Path, StringComparer.Ordinal),
                    change.FindOperations());
                var blocks = change.NewNodes.Concat(change.ProofNodes).ToDictionary(block => block.Cid, block => block.Bytes);
                Assert.Equal(before.Root, CommitInversion.Invert(operations, blocks, tree.Root));
                operations.Reverse();
                Assert.Equal(before.Root, CommitInversion.Invert(operations, blocks, tree.Root));
            }
        });

    [Fact]
    public void A_tree_that_is_loaded_as_needed_behaves_like_one_in_memory() =>
        Gen.Select(Contents, Batches, Gen.Int[0, 20_000].Array[8]).Sample((model, batches, budgets) =>
        {
            var start = new NaiveTree(model);
            var store = new Dictionary<Cid, byte[]>(start.Nodes);
            var tree = MerkleTree.FromRoot(start.Root);
            for (var i = 0; i < batches.Length; i++)
            {
                // Each batch starts with other nodes missing.
                tree = budgets[i] < 5_000 ? MerkleTree.FromRoot(tree.Root) : tree.Trim(budgets[i]);
                var old = new NaiveTree(model);
                var batch = batches[i].DistinctBy(write => write.Key).ToList();
                foreach (var (key, _) in batch)
                {
                    while (!tree.TryPrepare(key, out var missing))
                    {
                        missing.Attach(store[missing.Cid]);
                    }
                }

                var before = tree;
                List<CommitOperation> operations = [];
                foreach (var (key, value) in batch)
                {
                    tree = Apply(tree, model, key, value, operations);
                }

                var change = TreeChange.Between(before, tree, [.. operations.Select(operation => operation.Path)]);

                AssertIsDifference(old, new NaiveTree(model), change);
                var blocks = change.NewNodes.Concat(change.ProofNodes).ToDictionary(block => block.Cid, block => block.Bytes);
                Assert.Equal(before.Root, CommitInversion.Invert(operations, blocks, tree.Root));
                change.RemovedNodes.ToList().ForEach(block => store.Remove(block.Cid));
                change.NewNodes.ToList().ForEach(block => store.Add(block.Cid, block.Bytes));
            }
        });

    [Fact]
    public void Undoing_edits_in_memory_returns_the_old_root() => Gen.Select(Contents, Batches).Sample((model, batches) =>
    {
        var before = Trees.Build(model.Select(entry => (entry.Key, entry.Value)));
        List<CommitOperation> operations = [];
        var tree = batches.SelectMany(batch => batch).Aggregate(before, (tree, write) =>
            Apply(tree, model, write.Key, write.Value, operations));

        operations.Reverse();
        var undone = operations.Aggregate(tree, (tree, operation) => (operation.Action switch
        {
            OperationAction.Create => tree.Delete(operation.Path),
            OperationAction.Update => tree.Update(operation.Path, operation.Prev!.Value),
            _ => tree.Add(operation.Path, operation.Prev!.Value),
        })!);

        Assert.Equal(before.Root, undone.Root);
        Assert.Empty(TreeChange.Between(before, undone).NewNodes);
        Assert.Empty(TreeChange.Between(before, undone).RemovedNodes);
    });

    [Fact]
    public void A_cursor_begins_at_any_key_and_asks_for_what_is_missing() => Gen.Select(Contents, Keys).Sample((model, from) =>
    {
        var naive = new NaiveTree(model);
        var cursor = MerkleTree.FromRoot(naive.Root).GetCursor(Encoding.ASCII.GetBytes(from));
        List<string> keys = [];
        for (var step = cursor.Read(); step is not TreeStep.End; step = cursor.Read())
        {
            if (step is TreeStep.Entry)
            {
                keys.Add(Encoding.ASCII.GetString(cursor.Key));
                Assert.Equal(model[keys[^1]], cursor.Value);
            }
            else
            {
                cursor.Missing.Attach(naive.Nodes[cursor.Missing.Cid]);
            }
        }

        Assert.Equal(model.Keys.Where(key => string.CompareOrdinal(key, from) >= 0), keys);
    });

    [Fact]
    public void A_proof_says_what_is_under_a_key() => Gen.Select(Contents, Keys).Sample((model, key) =>
    {
        var tree = Trees.Build(model.Select(entry => (entry.Key, entry.Value)));
        Assert.True(CommitProof.TryCollect(tree, Encoding.ASCII.GetBytes(key), out var nodes, out _));

        var partial = MerkleTree.FromBlocks(tree.Root, nodes.ToDictionary(node => node.Cid, node => node.Bytes));

        Assert.Equal(model.TryGetValue(key, out var value) ? value : default(Cid?), partial.Get(key));
    });

    [Fact]
    public void A_changed_node_is_refused_or_is_another_canonical_node() =>
        Gen.Select(Contents, Gen.Int[0, 100], Gen.Int[0, 5_000], Gen.Byte, Gen.Bool).Sample((model, which, at, value, isCut) =>
        {
            var bytes = new NaiveTree(model).Nodes.Values.ElementAt(which % new NaiveTree(model).Nodes.Count).ToArray();
            bytes[at % bytes.Length] = value;
            bytes = isCut ? bytes[..(at % bytes.Length)] : bytes;
            var tree = MerkleTree.FromRoot(Cid.Compute(CidCodec.DagCbor, bytes));
            if (!tree.TryPrepare("a/0", out var missing))
            {
                try
                {
                    missing.Attach(bytes);
                    var cursor = tree.GetCursor();
                    for (var step = cursor.Read(); step is not TreeStep.End; step = cursor.Read())
                    {
                        if (step is TreeStep.Missing)
                        {
                            cursor.SkipMissing();
                        }
                        else
                        {
                            Assert.True(TreeKey.IsValid(cursor.Key));
                        }
                    }
                }
                catch (TreeException)
                {
                }
            }
        });

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static MerkleTree Apply(
        MerkleTree tree, SortedDictionary<string, Cid> model, string key, Cid? value, List<CommitOperation> operations)
    {
        var old = model.TryGetValue(key, out var current) ? current : default(Cid?);
        if (value is not { } cid)
        {
            Assert.Equal(old is null, tree.Delete(key) is null);
            if (old is null)
            {
                return tree;
            }

            model.Remove(key);
            operations.Add(CommitOperation.Delete(key, old.Value));
            return tree.Delete(key)!;
        }

        model[key] = cid;
        if (old is null)
        {
            Assert.Null(tree.Update(key, cid));
            operations.Add(CommitOperation.Create(key, cid));
            return tree.Add(key, cid)!;
        }

        Assert.Null(tree.Add(key, cid));
        operations.Add(CommitOperation.Update(key, cid, old.Value));
        return tree.Update(key, cid)!;
    }

    private static void AssertIsDifference(NaiveTree before, NaiveTree after, TreeChange change)
    {
        var added = after.Nodes.Where(node => !before.Nodes.ContainsKey(node.Key)).ToDictionary();
        var removed = before.Nodes.Where(node => !after.Nodes.ContainsKey(node.Key)).ToDictionary();

        Assert.Equal(Ordered(added), Ordered(change.NewNodes.ToDictionary(block => block.Cid, block => block.Bytes)));
        Assert.Equal(Ordered(removed), Ordered(change.RemovedNodes.ToDictionary(block => block.Cid, block => block.Bytes)));
    }

    private static SortedDictionary<string, Cid> Model(IEnumerable<(string Key, Cid Value)> entries)
    {
        var model = new SortedDictionary<string, Cid>(StringComparer.Ordinal);
        foreach (var (key, value) in entries)
        {
            model[key] = value;
        }

        return model;
    }

    private static List<(string Cid, string Bytes)> Ordered(Dictionary<Cid, byte[]> nodes) =>
        [.. nodes.OrderBy(node => node.Key).Select(node => (node.Key.ToString(), Convert.ToHexStringLower(node.Value)))];
}
