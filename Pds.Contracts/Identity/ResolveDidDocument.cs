using AtProto;

namespace Pds.Contracts.Identity;

/// <summary>Asks for the DID document of any DID; answered with <see cref="ResolvedDid"/>, or null when there is none.</summary>
/// <param name="Fresh">Passes by the caches.</param>
public sealed record ResolveDidDocument(Did Did, bool Fresh = false);

/// <summary>A DID document as it was received.</summary>
/// <param name="Json">UTF-8 JSON.</param>
public sealed record ResolvedDid(Did Did, ReadOnlyMemory<byte> Json);
