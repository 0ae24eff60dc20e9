using AtProto.OAuth;
using Pds.Modules.Auth.OAuth.Clients;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>The scopes that a request names, held against those that its app declares.</summary>
internal static class RequestedScopes
{
    /// <returns>Those that this server knows: others could not be explained to a person, so they are left out.</returns>
    /// <exception cref="OAuthException"><c>invalid_scope</c>.</exception>
    public static string Check(string? scope, OAuthClient client)
    {
        var asked = scope?.Split(' ') ?? [];
        if (!Array.TrueForAll(asked, client.Scopes.Contains))
        {
            throw OAuthException.InvalidScope("A scope is not declared in the client metadata");
        }

        if (!asked.Contains("atproto"))
        {
            throw OAuthException.InvalidScope("The atproto scope is required");
        }

        return asked.Contains("openid")
            ? throw OAuthException.InvalidScope("OpenID Connect is not compatible with atproto")
            : string.Join(' ', asked.Distinct().Where(scope => Scope.TryParse(scope, out _)));
    }
}
