using AtProto;
using Pds.Modules.Auth.Sessions;

namespace Pds.Modules.Auth.Accounts;

/// <summary>What somebody wants an account with. Texts that were left empty are null.</summary>
/// <param name="Handle">As typed.</param>
/// <param name="Address">The network address of who asks.</param>
/// <param name="UserAgent">What they ask with, by its own word.</param>
/// <param name="Did">Brought along from another server, and proven to be the asker's.</param>
/// <param name="RecoveryKey">A did:key of the owner's.</param>
/// <param name="Proof">What a check against robots gave.</param>
internal sealed record AccountRequest(
    string Handle,
    string? Email,
    string? Password,
    string? InviteCode,
    string Address,
    string UserAgent,
    Did? Did = null,
    string? RecoveryKey = null,
    string? Proof = null);

/// <summary>An account that was made, with its first session.</summary>
internal sealed record CreatedAccount(Did Did, Handle Handle, IssuedSession Session);
