using AtProto;

namespace Pds.Modules.Auth.OAuth.Sessions;

/// <summary>What one app may do for one account, from one sign-in.</summary>
/// <param name="DeviceId">The browser in which it was granted.</param>
/// <param name="Scope">As granted: <c>include:</c> scopes are expanded at every refresh.</param>
/// <param name="DpopJkt">The thumbprint of the key that it is bound to.</param>
/// <param name="ClientKey">How the app authenticated when it began; see <see cref="Server.AuthenticatedClient.Key"/>.</param>
/// <param name="Generation">How often it was refreshed.</param>
/// <param name="ExpiresAt">Its end, unless it is refreshed before and may live longer.</param>
internal sealed record OAuthSession(
    string Id,
    Did Did,
    string ClientId,
    string? DeviceId,
    string Scope,
    string DpopJkt,
    string? ClientKey,
    int Generation,
    DateTimeOffset CreatedAt,
    DateTimeOffset LastUsedAt,
    DateTimeOffset ExpiresAt);
