namespace AtProto.Stream;

/// <summary>The status of an account at its host: <c>#account</c>.</summary>
/// <param name="Seq">Its number.</param>
/// <param name="Did">Whose.</param>
/// <param name="IsActive">Whether the account is active.</param>
/// <param name="Status">Why not: <c>takendown</c>, <c>deactivated</c> and so on; null when active or unsaid.</param>
/// <param name="Time">When.</param>
public sealed record AccountMessage(long Seq, Did Did, bool IsActive, string? Status, string Time)
    : EventMessage(Seq, Did, Time);
