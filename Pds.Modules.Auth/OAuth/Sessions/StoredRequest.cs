using AtProto;

namespace Pds.Modules.Auth.OAuth.Sessions;

/// <summary>An authorization request that was pushed, and how far it has come.</summary>
/// <param name="Id">The hash of its name.</param>
/// <param name="Parameters">As they were checked, JSON.</param>
/// <param name="DpopJkt">The thumbprint of the key that the code will be bound to; null leaves that to the exchange.</param>
/// <param name="ClientKey">How the app authenticated; see <see cref="Server.AuthenticatedClient.Key"/>.</param>
/// <param name="DeviceId">The first browser that opened it.</param>
/// <param name="Did">Who answers it.</param>
/// <param name="GrantedScope">Set once it is granted.</param>
/// <param name="IsUsed">Whether a code was made for it.</param>
internal sealed record StoredRequest(
    byte[] Id,
    string ClientId,
    string Parameters,
    string? DpopJkt,
    string? ClientKey,
    DateTimeOffset PushedAt,
    DateTimeOffset ExpiresAt,
    string? DeviceId = null,
    Did? Did = null,
    string? GrantedScope = null,
    bool IsDenied = false,
    bool IsUsed = false);
