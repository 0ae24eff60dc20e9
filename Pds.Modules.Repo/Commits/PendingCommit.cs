using AtProto;
using AtProto.Repo;
using Pds.Modules.Repo.Firehose;

namespace Pds.Modules.Repo.Commits;

/// <summary>A commit that is signed but not yet on disk: all that its transaction has to write.</summary>
internal sealed class PendingCommit
{
    private readonly TaskCompletionSource<bool> _durable = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public required RepoState Repo { get; init; }

    /// <summary>The head that it replaces.</summary>
    public required Cid Previous { get; init; }

    public required SignedCommit Commit { get; init; }

    public required MerkleTree Tree { get; init; }

    public required IReadOnlyList<Block> NewNodes { get; init; }

    public required IReadOnlyList<Block> RemovedNodes { get; init; }

    public required IReadOnlyList<RecordChange> Changes { get; init; }

    public required NewEvent Event { get; init; }

    /// <summary>
    /// True once everything is on disk; false when another commit was first, and nothing of this one was written.
    /// Fails when the database refused it.
    /// </summary>
    public Task<bool> Durable => _durable.Task;

    public void Succeed() => _durable.TrySetResult(true);

    /// <summary>Another commit was first. The state that this one was made from is of no more use.</summary>
    public void Lose()
    {
        Repo.IsBroken = true;
        _durable.TrySetResult(false);
    }

    public void Fail(Exception exception)
    {
        Repo.IsBroken = true;
        _durable.TrySetException(exception);
    }
}
