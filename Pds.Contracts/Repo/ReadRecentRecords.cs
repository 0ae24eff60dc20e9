using AtProto;

namespace Pds.Contracts.Repo;

/// <summary>
/// Asks what an active account has written that others may not have seen yet: its profile and newest posts. Answered with
/// <see cref="RecentRecords"/>, or null when there is nothing, or when all of the repository is new to them, for then it has
/// only just come here.
/// </summary>
/// <param name="Since">The revision that they have seen.</param>
public sealed record ReadRecentRecords(Did Did, Tid Since);

/// <summary>What is new.</summary>
/// <param name="Profile">The profile as it is; null when it is not new.</param>
/// <param name="Posts">The newest few, oldest first.</param>
public sealed record RecentRecords(RecentRecord? Profile, IReadOnlyList<RecentRecord> Posts);

/// <summary>A record that is new.</summary>
/// <param name="Rev">The commit that brought it.</param>
/// <param name="Value">Its DAG-CBOR.</param>
public sealed record RecentRecord(RecordKey Rkey, Cid Cid, Tid Rev, ReadOnlyMemory<byte> Value);
