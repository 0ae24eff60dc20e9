using Pds.Modules.Auth.OAuth.Server;

namespace Pds.Modules.Auth.OAuth.Sessions;

/// <summary>The exchange of a refresh token, and who must be asking for it.</summary>
/// <param name="OldToken">The hash of the token that is shown.</param>
/// <param name="NewToken">The hash of the one in its place.</param>
/// <param name="ClientKey">How the app authenticated; see <see cref="AuthenticatedClient.Key"/>.</param>
/// <param name="EvenWithSets">
/// Whether a session with <c>include:</c> scopes is refreshed too. Their permissions have to be at hand before the old token is
/// spent.
/// </param>
internal sealed record RefreshRotation(
    string SessionId,
    byte[] OldToken,
    byte[] NewToken,
    string ClientId,
    string? ClientKey,
    string DpopJkt,
    SessionLifetime Lifetime,
    DateTimeOffset Now,
    bool EvenWithSets = false);
