namespace Pds.Contracts.Identity;

/// <summary>Asks whether a name that somebody chose has an explicit slur in it; answered with <see cref="FoundSlur"/>.</summary>
public sealed record FindSlur(string Name);

/// <param name="IsThere">Also where it is spelled with digits or broken up by punctuation.</param>
public sealed record FoundSlur(bool IsThere);
