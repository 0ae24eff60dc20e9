using System.Text.Json;
using AtProto;
using AtProto.Repo;

namespace Pds.Tests.Protocol;

public sealed class CommitProofTests
{
    [Fact]
    public void The_published_commits_have_the_published_roots_and_proofs_and_can_be_undone()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Vectors.PathOf("firehose/commit-proof-fixtures.json")));
        foreach (var vector in document.RootElement.EnumerateArray())
        {
            var comment = vector.GetProperty("comment").GetString();
            var leaf = Cid.Parse(vector.GetProperty("leafValue").GetString()!);
            var (keys, adds, dels) = (Strings(vector, "keys"), Strings(vector, "adds"), Strings(vector, "dels"));
            var before = Trees.Build(keys.Select(key => (key, leaf)));
            var after = adds.Aggregate(before, (tree, key) => tree.Add(key, leaf)!);
            after = dels.Aggregate(after, (tree, key) => tree.Delete(key)!);

            var change = TreeChange.Between(before, after, [.. adds, .. dels]);

            Assert.Equal(vector.GetProperty("rootBeforeCommit").GetString(), before.Root.ToString());
            Assert.Equal(vector.GetProperty("rootAfterCommit").GetString(), after.Root.ToString());
            var blocks = change.NewNodes.Concat(change.ProofNodes).ToDictionary(block => block.Cid, block => block.Bytes);
            var proof = Strings(vector, "blocksInProof").Select(Cid.Parse).ToList();
            var covering = TreeChange.Between(after, after, [.. adds, .. dels]).ProofNodes.Select(block => block.Cid);
            Assert.True(proof.ToHashSet().SetEquals(covering), comment);
            Assert.True(proof.All(blocks.ContainsKey), comment);
            var proofBlocks = proof.ToDictionary(cid => cid, cid => blocks[cid]);
            List<CommitOperation> operations =
            [
                .. adds.Select(key => CommitOperation.Create(key, leaf)),
                .. dels.Select(key => CommitOperation.Delete(key, leaf)),
            ];
            Assert.Equal(before.Root, CommitInversion.Invert(operations, proofBlocks, after.Root));
            Assert.Equal(before.Root, CommitInversion.Invert(operations, blocks, after.Root));
        }
    }

    [Fact]
    public void A_published_proof_without_one_of_its_nodes_is_refused_or_undone_without_it()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Vectors.PathOf("firehose/commit-proof-fixtures.json")));
        foreach (var vector in document.RootElement.EnumerateArray())
        {
            var leaf = Cid.Parse(vector.GetProperty("leafValue").GetString()!);
            var (keys, adds, dels) = (Strings(vector, "keys"), Strings(vector, "adds"), Strings(vector, "dels"));
            var before = Trees.Build(keys.Select(key => (key, leaf)));
            var after = Trees.Build(keys.Except(dels).Concat(adds).Select(key => (key, leaf)));
            var all = Trees.Nodes(after);
            var proof = Strings(vector, "blocksInProof").Select(Cid.Parse).ToList();
            List<CommitOperation> operations =
            [
                .. adds.Select(key => CommitOperation.Create(key, leaf)),
                .. dels.Select(key => CommitOperation.Delete(key, leaf)),
            ];

            foreach (var left in proof)
            {
                var blocks = proof.Where(cid => cid != left).ToDictionary(cid => cid, cid => all[cid]);

                Cid? inverted = null;
                var refusal = Record.Exception(() => inverted = CommitInversion.Invert(operations, blocks, after.Root));

                // A neighbour that an operation turned out not to touch may be left out.
                if (inverted is null)
                {
                    Assert.Equal(left, Assert.IsType<TreeException>(refusal).Missing);
                }
                else
                {
                    Assert.Equal(before.Root, inverted);
                    Assert.NotEqual(after.Root, left);
                }
            }
        }
    }

    private static List<string> Strings(JsonElement vector, string name) =>
        [.. vector.GetProperty(name).EnumerateArray().Select(key => key.GetString()!)];
}
