using AtProto;

namespace Pds.Modules.Moving.Engine;

/// <summary>With them a move goes on without asking for passwords and codes again.</summary>
/// <param name="New">Null while there is no account at the new server.</param>
public sealed record MoveSessions(Did Did, OldAccount Account, ServerTokens Old, ServerTokens? New);
