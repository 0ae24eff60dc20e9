namespace Pds.Modules.Repo.Keys;

/// <summary>A signing key at rest.</summary>
/// <param name="Sealed">See <see cref="KeySealer"/>.</param>
internal sealed record StoredKey(long Id, string DidKey, byte[] Sealed);
