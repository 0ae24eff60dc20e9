namespace AtProto.Stream;

/// <summary>The state of a repository, whatever was before: <c>#sync</c>.</summary>
/// <param name="Seq">Its number.</param>
/// <param name="Did">Whose repository.</param>
/// <param name="Rev">The revision of the head.</param>
/// <param name="Blocks">A CAR file with the head alone.</param>
/// <param name="Time">When.</param>
public sealed record SyncMessage(long Seq, Did Did, Tid Rev, byte[] Blocks, string Time) : EventMessage(Seq, Did, Time);
