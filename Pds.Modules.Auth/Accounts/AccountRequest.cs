using AtProto;
using Pds.Modules.Auth.Sessions;

namespace Pds.Modules.Auth.Accounts;

/// <summary>What somebody wants an account with. Texts that were left empty are null.</summary>
/// <param name="Handle">As typed.</param>
/// <param name="Did">Brought along from another server, and proven to be the asker's.</param>
internal sealed record AccountRequest(
    string Handle, string? Email, string? Password, string? InviteCode, Did? Did = null, string? RecoveryKey = null);

/// <summary>An account that was made, with its first session.</summary>
internal sealed record CreatedAccount(Did Did, Handle Handle, IssuedSession Session);
