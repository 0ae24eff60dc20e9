using System.Text.Json;
using AtProto;
using AtProto.Crypto;
using AtProto.Repo;

namespace Pds.Tests.Protocol;

/// <summary>A repository written step by step by the reference implementation, repeated.</summary>
public sealed class RepoHistoryTests
{
    private static readonly JsonElement History =
        JsonDocument.Parse(File.ReadAllBytes(Vectors.PathOf("reference/repo-history.json"))).RootElement;

    [Fact]
    public void Every_commit_has_the_reference_s_root_signature_bytes_and_cid()
    {
        foreach (var step in Replay())
        {
            Assert.Equal(step.Text("data"), step.After.Root.ToString());
            Assert.Equal(step.Text("sigHex"), Convert.ToHexStringLower(step.Commit.Signature));
            Assert.Equal(step.Text("commitCborHex"), Convert.ToHexStringLower(step.Commit.Bytes));
            Assert.Equal(step.Text("commit"), step.Commit.Cid.ToString());
        }
    }

    [Fact]
    public void Every_commit_stores_and_removes_the_reference_s_blocks()
    {
        foreach (var step in Replay())
        {
            var stored = step.Change.NewNodes.Select(block => block.Cid).Concat(step.NewRecords).Append(step.Commit.Cid);
            var removed = step.Change.RemovedNodes.Select(block => block.Cid).Concat(step.OldRecords);
            if (step.Previous is { } previous)
            {
                removed = removed.Append(previous.Cid);
            }

            Assert.Equal(step.Cids(step.IsFirst ? "newBlocks" : "newBlocks"), Sorted(step.IsFirst
                ? stored.Append(MerkleTree.Empty.Root) : stored));
            Assert.Equal(step.Cids("removed"), Sorted(removed));
        }
    }

    [Fact]
    public void Every_event_carries_the_reference_s_blocks()
    {
        foreach (var step in Replay())
        {
            var blocks = step.Change.NewNodes.Concat(step.Change.ProofNodes).Select(block => block.Cid)
                .Concat(step.NewRecords).Append(step.Commit.Cid);

            Assert.Equal(step.Cids("relevantBlocks"), Sorted(step.IsFirst ? blocks.Append(MerkleTree.Empty.Root) : blocks));
            var car = CarReader.ReadAll(step.Json.GetProperty("eventCarBase64").GetBytesFromBase64(), CarLimits.Event);
            Assert.Equal([step.Commit.Cid], car.Roots);
            Assert.Equal(step.Cids("relevantBlocks"), Sorted(car.Blocks.Keys));
        }
    }

    [Fact]
    public void Every_event_can_be_undone()
    {
        foreach (var step in Replay())
        {
            var car = CarReader.ReadAll(step.Json.GetProperty("eventCarBase64").GetBytesFromBase64());

            Assert.Equal(step.Before.Root, CommitInversion.Invert(step.Operations, car.Blocks, step.After.Root));
        }
    }

    [Fact]
    public void The_reference_s_commits_decode_and_verify()
    {
        var key = PublicKey.ParseDidKey(History.GetProperty("signingKey").GetProperty("didKey").GetString()!);
        using var other = PrivateKey.Generate(KeyCurve.K256);
        foreach (var step in Replay())
        {
            var bytes = Convert.FromHexString(step.Text("commitCborHex"));

            Assert.True(SignedCommit.TryDecode(bytes, out var commit));
            Assert.Equal((step.Commit.Did, step.Commit.Data, step.Commit.Rev), (commit.Did, commit.Data, commit.Rev));
            Assert.Equal(step.Commit.Cid, commit.Cid);
            Assert.True(commit.Verify(key));
            Assert.False(commit.Verify(other.PublicKey));
        }
    }

    [Fact]
    public void The_whole_repository_is_the_reference_s()
    {
        var car = CarReader.ReadAll(History.GetProperty("fullRepoCarBase64").GetBytesFromBase64());
        var last = Replay().Last();

        Assert.Equal([last.Commit.Cid], car.Roots);
        var records = Trees.Entries(last.After).Select(entry => entry.Value);
        Assert.Equal(Sorted(car.Blocks.Keys), Sorted([.. Trees.Nodes(last.After).Keys, .. records.Distinct(), last.Commit.Cid]));
        Assert.Equal(Trees.Entries(last.After), Trees.Entries(MerkleTree.FromBlocks(last.Commit.Data, car.Blocks)));
    }

    [Fact]
    public void Proofs_of_presence_and_absence_are_the_reference_s()
    {
        var last = Replay().Last();
        foreach (var proof in History.GetProperty("recordProofs").EnumerateArray())
        {
            var path = proof.GetProperty("path").GetString()!;
            var record = last.After.Get(path);

            Assert.True(CommitProof.TryCollect(last.After, System.Text.Encoding.ASCII.GetBytes(path), out var nodes, out _));
            var car = CarReader.ReadAll(proof.GetProperty("carBase64").GetBytesFromBase64());
            var cids = nodes.Select(node => node.Cid).Append(last.Commit.Cid);
            Assert.Equal(proof.GetProperty("exists").GetBoolean(), record is not null);
            Assert.Equal(Sorted(car.Blocks.Keys), Sorted(record is { } cid ? cids.Append(cid) : cids));
            Assert.Equal(record, MerkleTree.FromBlocks(last.Commit.Data, car.Blocks).Get(path));
        }
    }

    private static IEnumerable<Step> Replay()
    {
        var did = Did.Parse(History.GetProperty("did").GetString()!);
        var scalar = Convert.FromHexString(History.GetProperty("signingKey").GetProperty("privateKeyHex").GetString()!);
        using var key = PrivateKey.FromBytes(KeyCurve.K256, scalar);
        var tree = MerkleTree.Empty;
        SignedCommit? previous = null;
        foreach (var json in History.GetProperty("steps").EnumerateArray())
        {
            var before = tree;
            List<CommitOperation> operations = [];
            foreach (var write in json.GetProperty("writes").EnumerateArray())
            {
                var path = $"{write.GetProperty("collection").GetString()}/{write.GetProperty("rkey").GetString()}";
                var cid = write.TryGetProperty("cid", out var text) ? Cid.Parse(text.GetString()!) : default(Cid?);
                var action = Enum.Parse<OperationAction>(write.GetProperty("action").GetString()!, ignoreCase: true);
                operations.Add(new CommitOperation(action, path, cid, tree.Get(path)));
                tree = (action switch
                {
                    OperationAction.Create => tree.Add(path, cid!.Value),
                    OperationAction.Update => tree.Update(path, cid!.Value),
                    _ => tree.Delete(path),
                })!;
            }

            var commit = new Commit(did, tree.Root, Tid.Parse(json.GetProperty("rev").GetString()!)).Sign(key);
            var change = TreeChange.Between(before, tree, [.. operations.Select(operation => operation.Path)]);
            yield return new Step(json, before, tree, operations, change, previous, commit);
            previous = commit;
        }
    }

    private static List<string> Sorted(IEnumerable<Cid> cids) =>
        [.. cids.Select(cid => cid.ToString()).Order(StringComparer.Ordinal)];

    private sealed record Step(
        JsonElement Json,
        MerkleTree Before,
        MerkleTree After,
        List<CommitOperation> Operations,
        TreeChange Change,
        SignedCommit? Previous,
        SignedCommit Commit)
    {
        public bool IsFirst => Previous is null;

        public IEnumerable<Cid> NewRecords => Operations.Where(operation => operation.Cid is not null).Select(operation => operation.Cid!.Value);

        public IEnumerable<Cid> OldRecords => Operations.Where(operation => operation.Prev is not null).Select(operation => operation.Prev!.Value);

        public string Text(string name) => Json.GetProperty(name).GetString()!;

        public List<string> Cids(string name) =>
            [.. Json.GetProperty(name).EnumerateArray().Select(cid => cid.GetString()!).Order(StringComparer.Ordinal)];
    }
}
