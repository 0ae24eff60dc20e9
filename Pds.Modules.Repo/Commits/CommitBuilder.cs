using AtProto;
using AtProto.Repo;
using AtProto.Stream;
using Pds.Modules.Repo.Firehose;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Commits;

/// <summary>Makes a signed commit and its event out of changes. No I/O: what it needs of the tree has been brought into memory.</summary>
internal sealed class CommitBuilder(TidClock clock, TimeProvider time)
{
    /// <param name="repo">Its gate is held.</param>
    /// <param name="changes">No two of one path.</param>
    /// <exception cref="XrpcException">The event would be too large.</exception>
    public PendingCommit Build(RepoState repo, List<RecordChange> changes)
    {
        var paths = new string[changes.Count];
        var operations = new CommitOperation[changes.Count];
        for (var i = 0; i < paths.Length; i++)
        {
            paths[i] = changes[i].Path;
            operations[i] = ToOperation(changes[i]);
        }

        var tree = Apply(repo.Tree, changes);
        var change = TreeChange.Between(repo.Tree, tree, paths);
        var commit = new Commit(repo.Did, tree.Root, clock.Next(repo.Rev)).Sign(repo.Key);
        var blocks = CollectBlocks(commit, change, changes);

        return new PendingCommit
        {
            Repo = repo,
            Previous = repo.Head,
            Commit = commit,
            Tree = tree,
            IsFirstTip = !repo.HasTipRow,
            Nodes = repo.Tip.Change(change.NewNodes, change.RemovedNodes, commit.Rev),
            Changes = changes,
            Event = NewEvent.Commit(commit, repo.Rev, repo.Tree.Root, operations, blocks, time.GetUtcNow()),
        };
    }

    private static MerkleTree Apply(MerkleTree tree, List<RecordChange> changes)
    {
        foreach (var change in changes)
        {
            var edited = change.Value is null ? tree.Delete(change.Path)
                : change.Previous is null ? tree.Add(change.Path, change.Cid)
                : tree.Update(change.Path, change.Cid);
            tree = edited ?? throw new InvalidOperationException($"The tree disagrees about {change.Path}.");
        }

        return tree;
    }

    private static CommitOperation ToOperation(in RecordChange change) =>
        change.Value is null ? CommitOperation.Delete(change.Path, change.Previous!.Value)
        : change.Previous is { } previous ? CommitOperation.Update(change.Path, change.Cid, previous)
        : CommitOperation.Create(change.Path, change.Cid);

    /// <summary>The blocks of the event besides the commit: new nodes, those that prove the change, records.</summary>
    private static Block[] CollectBlocks(SignedCommit commit, TreeChange change, List<RecordChange> changes)
    {
        var blocks = new Block[change.NewNodes.Count + change.ProofNodes.Count + changes.Count];
        var count = 0;
        for (var i = 0; i < change.NewNodes.Count; i++)
        {
            blocks[count++] = change.NewNodes[i];
        }

        for (var i = 0; i < change.ProofNodes.Count; i++)
        {
            blocks[count++] = change.ProofNodes[i];
        }

        foreach (var item in changes)
        {
            if (item.Value is { } value)
            {
                blocks[count++] = new Block(item.Cid, value);
            }
        }

        blocks = count == blocks.Length ? blocks : blocks[..count];
        return CarWriter.GetLength(hasRoot: true, blocks) + CarWriter.GetBlockLength(commit.Bytes.Length) <= EventFrame.MaxBlocksBytes
            ? blocks
            : throw XrpcErrors.InvalidRequest("Too many writes. Max event size: 2MB");
    }
}
