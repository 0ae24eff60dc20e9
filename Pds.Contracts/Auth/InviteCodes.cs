using AtProto;

namespace Pds.Contracts.Auth;

/// <summary>Asks for invite codes of all; answered with <see cref="InviteListing"/>. Refused with <c>InvalidRequest</c> for a cursor that is none.</summary>
/// <param name="IsByUsage">The most used first, instead of the latest.</param>
/// <param name="Cursor">Of the page before.</param>
/// <param name="Limit">At most 500.</param>
public sealed record ListInvites(bool IsByUsage, string? Cursor, int Limit);

/// <summary>Asks for the invite codes of an account, the oldest first; answered with a list of <see cref="InviteSummary"/>.</summary>
public sealed record ListAccountInvites(Did Owner);

/// <summary>A page of invite codes.</summary>
/// <param name="Next">The cursor of the next page; null on the last.</param>
public sealed record InviteListing(IReadOnlyList<InviteSummary> Invites, string? Next);

/// <summary>An invite code.</summary>
/// <param name="Available">How often it can be used in all.</param>
/// <param name="ForAccount">A DID, <c>admin</c>, or <c>deleted</c>.</param>
/// <param name="UsedBy">Whom it has let in.</param>
public sealed record InviteSummary(
    string Code, int Available, bool IsDisabled, string ForAccount, DateTimeOffset CreatedAt, IReadOnlyList<Did> UsedBy);

/// <summary>Makes invite codes; answered with them, as a list of strings. Refused with <c>InvalidRequest</c> for too many.</summary>
/// <param name="Uses">How often each can be used.</param>
/// <param name="ForAccount">Whose they are; null for the administrator's.</param>
public sealed record CreateInvites(int Count, int Uses, Did? ForAccount);

/// <summary>Lets invite codes be used no more: these, and all of these accounts. Refused with <c>InvalidRequest</c> for the account <c>admin</c>.</summary>
public sealed record DisableInvites(IReadOnlyList<string> Codes, IReadOnlyList<string> Accounts);

/// <summary>Lets an account earn invite codes, or not.</summary>
/// <param name="Note">Why; null leaves the note as it is.</param>
public sealed record SetAccountInvites(Did Did, bool IsDisabled, string? Note);
