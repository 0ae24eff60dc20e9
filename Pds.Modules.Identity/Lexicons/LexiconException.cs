namespace Pds.Modules.Identity.Lexicons;

/// <summary>A lexicon that cannot be had, and why.</summary>
public sealed class LexiconException(string message) : Exception(message);
