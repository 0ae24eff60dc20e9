using Microsoft.AspNetCore.WebUtilities;

namespace Pds.Modules.Auth.OAuth.Clients;

/// <summary>An app in development, on the person's own machine: its client id is its metadata.</summary>
internal static class LoopbackClient
{
    private const string Origin = "http://localhost";

    public static bool IsLoopback(string clientId) =>
        clientId.StartsWith(Origin, StringComparison.Ordinal)
        && (clientId.Length == Origin.Length || clientId[Origin.Length] is '/' or '?');

    /// <exception cref="OAuthException">Another parameter, a path, or a redirect URI that leads away from the machine.</exception>
    public static OAuthClient Read(string clientId)
    {
        var rest = clientId.AsSpan(Origin.Length);
        rest = rest.StartsWith('/') ? rest[1..] : rest;
        if (rest.Length > 0 && rest[0] != '?' || rest.Contains('#'))
        {
            throw OAuthException.InvalidClientId("A loopback client id has neither path nor fragment");
        }

        var parameters = QueryHelpers.ParseQuery(rest.ToString());
        if (parameters.Keys.Any(name => name is not ("scope" or "redirect_uri")) || parameters.TryGetValue("scope", out var several) && several.Count > 1)
        {
            throw OAuthException.InvalidClientId("A loopback client id has one scope and redirect_uri parameters only");
        }

        var scopes = (parameters.TryGetValue("scope", out var scope) ? scope.ToString() : "atproto").Split(' ');
        string[] redirects = parameters.TryGetValue("redirect_uri", out var uris)
            ? [.. uris.Select(uri => uri ?? "")]
            : ["http://127.0.0.1/", "http://[::1]/"];
        if (!scopes.Contains("atproto") || scopes.Distinct().Count() != scopes.Length)
        {
            throw OAuthException.InvalidClientId("The scope of a loopback client id contains atproto, and nothing twice");
        }

        return Array.TrueForAll(redirects, IsOnThisMachine)
            ? new OAuthClient(
                clientId, "localhost", null, null, null, null, null, redirects, "native", scopes.ToHashSet(),
                ["authorization_code", "refresh_token"], IsConfidential: false, null, null, IsLoopback: true, IsTrusted: false)
            : throw OAuthException.InvalidClientId("A redirect_uri of a loopback client id leads to 127.0.0.1 or [::1]");
    }

    private static bool IsOnThisMachine(string redirectUri) =>
        Uri.TryCreate(redirectUri, UriKind.Absolute, out var uri)
        && uri.Scheme == Uri.UriSchemeHttp
        && uri.Host is "127.0.0.1" or "[::1]"
        && uri.UserInfo.Length == 0
        && uri.Fragment.Length == 0;
}
