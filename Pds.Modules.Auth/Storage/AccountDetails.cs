using AtProto;

namespace Pds.Modules.Auth.Storage;

/// <summary>What an administrator sees of an account.</summary>
internal sealed record AccountDetails(
    Did Did,
    string Email,
    DateTimeOffset? EmailConfirmedAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset? DeactivatedAt,
    string? TakedownRef,
    bool InvitesDisabled,
    string? InviteNote,
    string? InvitedBy);
