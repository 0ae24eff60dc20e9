namespace Pds.Modules.Moving.Engine;

/// <summary>A session at a server. Both are secrets.</summary>
public sealed record ServerTokens(string Access, string Refresh);
