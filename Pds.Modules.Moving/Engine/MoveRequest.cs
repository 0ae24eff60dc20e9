using AtProto.Crypto;

namespace Pds.Modules.Moving.Engine;

/// <summary>What a person wants moved, and what they have answered so far.</summary>
/// <param name="Identifier">A handle, a DID or an e-mail address, as the old server takes it at sign-in.</param>
/// <param name="NewPassword">For the new account; that of an earlier attempt where there is one already.</param>
public sealed record MoveRequest(string Identifier, string OldPassword, string NewPassword)
{
    /// <summary>The handle at the new server; null keeps a domain of one's own, and the name in front of a server's domain.</summary>
    public string? Handle { get; init; }

    /// <summary>The address at the new server; that at the old one when null.</summary>
    public string? Email { get; init; }

    public string? InviteCode { get; init; }

    /// <summary>Answers <see cref="MovePause.OldSignInCode"/> and <see cref="MovePause.NewSignInCode"/>; good once.</summary>
    public string? SignInCode { get; init; }

    /// <summary>Answers <see cref="MovePause.PlcToken"/>; without it a code is mailed.</summary>
    public string? PlcToken { get; init; }

    /// <summary>A rotation key of the account's own, which signs the change of the DID in the old server's place.</summary>
    public PrivateKey? RecoveryKey { get; init; }

    /// <summary>Answers <see cref="MovePause.LostBlobs"/>.</summary>
    public bool GoOnWithoutLostBlobs { get; init; }

    /// <summary>Leaves the old account as it is, though the network no longer looks there.</summary>
    public bool LeaveOldActive { get; init; }
}
