using AtProto;

namespace Pds.Modules.Auth.Accounts;

/// <summary>What a sign-up turns into.</summary>
/// <param name="DeactivatedAt">Set for an account that was brought along and is not active yet.</param>
/// <param name="DeleteAfter">When it goes if it is never activated.</param>
internal sealed record NewAccount(
    Did Did, string? PasswordHash, DateTimeOffset? DeactivatedAt = null, DateTimeOffset? DeleteAfter = null);
