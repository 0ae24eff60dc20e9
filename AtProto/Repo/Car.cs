namespace AtProto.Repo;

/// <summary>A CAR file in memory.</summary>
/// <param name="Roots">What the header names.</param>
/// <param name="Blocks">The blocks by CID.</param>
public sealed record Car(IReadOnlyList<Cid> Roots, IReadOnlyDictionary<Cid, byte[]> Blocks);
