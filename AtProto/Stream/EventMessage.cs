namespace AtProto.Stream;

/// <summary>A numbered event about an account.</summary>
/// <param name="Seq">Its number, which grows.</param>
/// <param name="Did">Whose.</param>
/// <param name="Time">When, as the host wrote it; for information only.</param>
public abstract record EventMessage(long Seq, Did Did, string Time) : StreamMessage;
