namespace AtProto.Stream;

/// <summary>The DID document or the handle may have changed: <c>#identity</c>.</summary>
/// <param name="Seq">Its number.</param>
/// <param name="Did">Whose.</param>
/// <param name="Handle">The handle, as a hint; null for none.</param>
/// <param name="Time">When.</param>
public sealed record IdentityMessage(long Seq, Did Did, Handle? Handle, string Time) : EventMessage(Seq, Did, Time);
