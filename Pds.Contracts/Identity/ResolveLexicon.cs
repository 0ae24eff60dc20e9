using AtProto;

namespace Pds.Contracts.Identity;

/// <summary>
/// Asks for the lexicon document that the owner of a domain published under a name; answered with <see cref="ResolvedLexicon"/>,
/// or null when there is none to be had.
/// </summary>
/// <param name="Fresh">Looks it up now, whatever is known of it.</param>
public sealed record ResolveLexicon(Nsid Id, bool Fresh = false);

/// <summary>A lexicon document as its owner signed it.</summary>
/// <param name="Json">UTF-8 JSON.</param>
public sealed record ResolvedLexicon(Nsid Id, ReadOnlyMemory<byte> Json);
