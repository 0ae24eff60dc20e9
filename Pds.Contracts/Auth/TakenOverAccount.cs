using AtProto;

namespace Pds.Contracts.Auth;

/// <summary>An account of a reference server, as its data folder tells of it.</summary>
/// <param name="PasswordScrypt">Salt and hash in the reference's form.</param>
public sealed record TakenOverAccount(
    Did Did,
    string Email,
    string PasswordScrypt,
    DateTimeOffset? EmailConfirmedAt,
    bool InvitesDisabled,
    DateTimeOffset CreatedAt,
    DateTimeOffset? DeactivatedAt,
    DateTimeOffset? DeleteAfter,
    string? TakedownRef,
    IReadOnlyList<TakenOverAppPassword> AppPasswords,
    IReadOnlyList<TakenOverSession> Sessions,
    IReadOnlyList<TakenOverGrant> Grants,
    IReadOnlyList<TakenOverConsent> Consents);

/// <summary>An app password of an account that is taken over.</summary>
public sealed record TakenOverAppPassword(string Name, string PasswordScrypt, bool Privileged, DateTimeOffset CreatedAt);

/// <summary>A refresh token of an account that is taken over; good here when the secret that signs them is the same.</summary>
/// <param name="NextId">Its successor, when it was used.</param>
public sealed record TakenOverSession(string Id, string? NextId, string? AppPassword, DateTimeOffset ExpiresAt);

/// <summary>The OAuth session of an app with an account that is taken over.</summary>
/// <param name="RefreshToken">The token itself, in clear.</param>
/// <param name="ClientKey">How the app authenticated; null for an app that does not.</param>
public sealed record TakenOverGrant(
    string ClientId,
    string Scope,
    string DpopJkt,
    TakenOverClientKey? ClientKey,
    string? Code,
    string RefreshToken,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt);

/// <summary>The key of an app that authenticates by signed assertions.</summary>
public sealed record TakenOverClientKey(string Algorithm, string Jkt, string KeyId);

/// <summary>The scopes that an account has granted an app.</summary>
public sealed record TakenOverConsent(string ClientId, IReadOnlyList<string> Scopes, DateTimeOffset GrantedAt);

/// <summary>An invite code of a reference server.</summary>
/// <param name="ForAccount">A DID, or <c>admin</c>.</param>
/// <param name="Uses">Who has used it, and when.</param>
public sealed record TakenOverInvite(
    string Code,
    int AvailableUses,
    bool Disabled,
    string ForAccount,
    string CreatedBy,
    DateTimeOffset CreatedAt,
    IReadOnlyList<(string Did, DateTimeOffset At)> Uses);
