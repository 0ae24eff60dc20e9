using AtProto;
using AtProto.Repo;
using AtProto.Stream;

namespace Pds.Modules.Repo.Firehose;

/// <summary>An event that has no number yet.</summary>
internal sealed record NewEvent(EventKind Kind, DateTimeOffset Time, EventBody Frame)
{
    /// <param name="since">The revision before; null, with <paramref name="prevData"/>, for a repository's first commit.</param>
    public static NewEvent Commit(
        SignedCommit commit, Tid? since, Cid? prevData, IReadOnlyList<CommitOperation> operations, ReadOnlySpan<Block> blocks,
        DateTimeOffset time) =>
        new(EventKind.Commit, time, EventFrame.Commit(commit, since, prevData, operations, blocks, time));

    public static NewEvent Sync(SignedCommit commit, DateTimeOffset time) =>
        new(EventKind.Sync, time, EventFrame.Sync(commit, time));

    public static NewEvent Identity(Did did, Handle? handle, DateTimeOffset time) =>
        new(EventKind.Identity, time, EventFrame.Identity(did, handle, time));

    public static NewEvent Account(Did did, AccountStatus status, DateTimeOffset time) => new(
        status == AccountStatus.Deleted ? EventKind.AccountDeleted : EventKind.Account,
        time,
        EventFrame.Account(did, status, time));

    public StreamEvent Number(long seq, long repoId) => new(seq, repoId, Kind, Time, Frame.Number(seq));

    /// <summary>The same, for many.</summary>
    public StreamEvent Number(long seq, long repoId, FrameSlab slab) => new(seq, repoId, Kind, Time, slab.Number(Frame, seq));
}
