using Microsoft.IdentityModel.Tokens;

namespace Pds.Modules.Auth.OAuth.Clients;

/// <summary>An app as its metadata describes it, checked.</summary>
/// <param name="Host">What people are shown: the one thing about an app that is proven.</param>
/// <param name="LogoUri">Never to be linked to: people's browsers get it from here, at <see cref="LogoPath"/>.</param>
/// <param name="Scopes">The exact strings that it may ask for.</param>
/// <param name="IsConfidential">Whether it authenticates, with a key of <paramref name="Keys"/>.</param>
/// <param name="AssertionAlgorithm">What it says that it signs with; which key it is says more.</param>
/// <param name="IsLoopback">It runs on the person's own machine and has no identity.</param>
/// <param name="IsTrusted">The operator vouches for it.</param>
internal sealed record OAuthClient(
    string ClientId,
    string Host,
    string? Name,
    Uri? ClientUri,
    Uri? LogoUri,
    Uri? TosUri,
    Uri? PolicyUri,
    IReadOnlyList<string> RedirectUris,
    string ApplicationType,
    IReadOnlySet<string> Scopes,
    IReadOnlyList<string> GrantTypes,
    bool IsConfidential,
    string? AssertionAlgorithm,
    JsonWebKeySet? Keys,
    bool IsLoopback,
    bool IsTrusted)
{
    /// <summary>Where this server gives the logo; null where there is none.</summary>
    public string? LogoPath => LogoUri is null ? null : ClientLogos.PathOf(ClientId, LogoUri);

    /// <summary>Whether people may be sent there: exactly as registered, but for the port of a loopback address.</summary>
    public bool AllowsRedirect(string redirectUri) => RedirectUris.Any(
        registered => registered == redirectUri || LoopbackRedirect.Matches(registered, redirectUri));
}
