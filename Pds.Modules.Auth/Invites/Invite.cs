using AtProto;
using Pds.Contracts.Auth;

namespace Pds.Modules.Auth.Invites;

/// <summary>An invite code as <c>com.atproto.server.defs#inviteCode</c> has it.</summary>
/// <param name="Available">How often it can be used in all.</param>
/// <param name="ForAccount">A DID, <c>admin</c>, or <c>deleted</c>.</param>
/// <param name="CreatedBy">Like <paramref name="ForAccount"/>.</param>
internal sealed record Invite(
    string Code, int Available, bool Disabled, string ForAccount, string CreatedBy, DateTimeOffset CreatedAt, InviteUse[] Uses)
{
    /// <summary>Who gives codes out that are nobody's own.</summary>
    public const string Admin = "admin";

    public bool IsUsedUp => Uses.Length >= Available;

    public InviteSummary Summarize() =>
        new(Code, Available, Disabled, ForAccount, CreatedAt, Array.ConvertAll(Uses, use => use.UsedBy));
}

/// <summary>An account that a code has let in.</summary>
internal sealed record InviteUse(Did UsedBy, DateTimeOffset UsedAt);
