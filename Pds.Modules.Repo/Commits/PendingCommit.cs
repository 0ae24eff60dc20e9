using System.Diagnostics;
using AtProto;
using AtProto.Repo;
using Pds.Modules.Repo.Firehose;
using Pds.Modules.Repo.Storage;

namespace Pds.Modules.Repo.Commits;

/// <summary>A commit that is signed but not yet on disk: all that its transaction has to write.</summary>
internal sealed class PendingCommit
{
    private static readonly KeyValuePair<string, object?> Success = new("outcome", "success");
    private static readonly KeyValuePair<string, object?> Overtaken = new("outcome", "overtaken");
    private static readonly KeyValuePair<string, object?> Failure = new("outcome", "failure");

    private readonly long _madeAt = Stopwatch.GetTimestamp();
    private readonly TaskCompletionSource<bool> _durable = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private PendingCommit? _next;

    public required RepoState Repo { get; init; }

    /// <summary>The head that it replaces.</summary>
    public required Cid Previous { get; init; }

    public required SignedCommit Commit { get; init; }

    public required MerkleTree Tree { get; init; }

    /// <summary>Whether its repository has had no tip before.</summary>
    public required bool IsFirstTip { get; init; }

    /// <summary>What becomes of the tree's nodes.</summary>
    public required TipChange Nodes { get; init; }

    public required List<RecordChange> Changes { get; init; }

    public required NewEvent Event { get; init; }

    /// <summary>The commit that this process has made on top of this one; null as long as there is none.</summary>
    public PendingCommit? Next
    {
        get => Volatile.Read(ref _next);
        set => Volatile.Write(ref _next, value);
    }

    /// <summary>
    /// True once everything is on disk; false when another commit was first, and nothing of this one was written.
    /// Fails when the database refused it.
    /// </summary>
    public Task<bool> Durable => _durable.Task;

    public void Succeed()
    {
        if (_durable.TrySetResult(true))
        {
            RepoTelemetry.Commits.Add(1, Success);
            RepoTelemetry.CommitDuration.Record(Stopwatch.GetElapsedTime(_madeAt).TotalSeconds);
        }
    }

    /// <summary>Another commit was first. The state that this one was made from is of no more use.</summary>
    public void Lose()
    {
        Repo.IsBroken = true;
        RepoTelemetry.Commits.Add(1, Overtaken);
        _durable.TrySetResult(false);
    }

    public void Fail(Exception exception)
    {
        Repo.IsBroken = true;
        RepoTelemetry.Commits.Add(1, Failure);
        _durable.TrySetException(exception);
    }
}
