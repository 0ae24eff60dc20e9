using AtProto;

namespace Pds.Contracts.Auth;

/// <summary>Asks for accounts, the latest first; answered with <see cref="AccountListing"/>.</summary>
/// <param name="Words">A part of the address, or a whole DID, in lower case; null for all.</param>
/// <param name="Named">Accounts that are meant by <paramref name="Words"/> for other reasons, such as their handles.</param>
/// <param name="After">The cursor of the page before.</param>
/// <param name="Limit">At most 200.</param>
public sealed record ListAccounts(string? Words, IReadOnlyList<Did> Named, AccountFilter Filter, string? After, int Limit);

/// <summary>Which accounts are meant.</summary>
public enum AccountFilter
{
    All,
    Active,
    Deactivated,
    Takendown,

    /// <summary>Those whose address is not confirmed, whatever their status.</summary>
    Unconfirmed,
}

/// <summary>A page of accounts.</summary>
/// <param name="Next">The cursor of the next page; null on the last.</param>
public sealed record AccountListing(IReadOnlyList<AccountEntry> Accounts, string? Next);

/// <summary>An account in a list.</summary>
public sealed record AccountEntry(Did Did, string Email, bool IsEmailConfirmed, AccountStatus Status, DateTimeOffset CreatedAt);

/// <summary>Asks for all that is known of an account; answered with <see cref="AccountDescription"/>, or null when there is none.</summary>
public sealed record DescribeAccount(Did Did);

/// <summary>What is known of an account, but for its secrets.</summary>
/// <param name="DeleteAfter">When it will be deleted if it stays deactivated.</param>
/// <param name="TakedownRef">What the moderators call its takedown; null when it is not taken down.</param>
/// <param name="InvitedBy">The code that let it in.</param>
/// <param name="Sessions">Legacy sessions that can still be refreshed.</param>
/// <param name="Apps">Sessions of apps by OAuth.</param>
/// <param name="Browsers">Browsers in which it is signed in.</param>
public sealed record AccountDescription(
    Did Did,
    string Email,
    DateTimeOffset? EmailConfirmedAt,
    AccountStatus Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset? DeactivatedAt,
    DateTimeOffset? DeleteAfter,
    string? TakedownRef,
    bool InvitesDisabled,
    string? InviteNote,
    string? InvitedBy,
    long Sessions,
    long Apps,
    long Browsers,
    long AppPasswords,
    long Passkeys,
    bool HasAuthenticator,
    bool HasEmailFactor);

/// <summary>Asks how many accounts there are; answered with <see cref="AccountCounts"/>.</summary>
public sealed record CountAccounts;

/// <summary>How many accounts there are, by what they are.</summary>
public sealed record AccountCounts(long Active, long Deactivated, long Takendown);
