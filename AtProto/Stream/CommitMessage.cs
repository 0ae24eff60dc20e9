using AtProto.Repo;

namespace AtProto.Stream;

/// <summary>Records were written: <c>#commit</c>.</summary>
/// <param name="Seq">Its number.</param>
/// <param name="Did">Whose repository; the field is called <c>repo</c>.</param>
/// <param name="Commit">The new head.</param>
/// <param name="Rev">Its revision.</param>
/// <param name="Since">The revision of the commit before; null for the first.</param>
/// <param name="PrevData">The root of the tree before; null for the first, and from hosts that do not send it.</param>
/// <param name="Operations">What was done.</param>
/// <param name="Blocks">A CAR file: commit, tree nodes, records.</param>
/// <param name="TooBig">Whether blocks and operations were left out, as older hosts did.</param>
/// <param name="Time">When.</param>
public sealed record CommitMessage(
    long Seq,
    Did Did,
    Cid Commit,
    Tid Rev,
    Tid? Since,
    Cid? PrevData,
    IReadOnlyList<CommitOperation> Operations,
    byte[] Blocks,
    bool TooBig,
    string Time) : EventMessage(Seq, Did, Time);
