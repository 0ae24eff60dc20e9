using AtProto;
using AtProto.OAuth;

namespace Pds.Modules.Auth.OAuth.Tokens;

/// <summary>What a good access token says.</summary>
/// <param name="SessionId">The session that it belongs to; revoking that ends the token.</param>
/// <param name="Generation">How often the session had been refreshed; only tokens of the latest are good.</param>
/// <param name="Jkt">The thumbprint of the key that proofs must be made with.</param>
/// <param name="Scopes">Expanded; <c>atproto</c> among them.</param>
/// <param name="KeyId">Whose signature it bears.</param>
/// <param name="ExpiresAt">Seconds since 1970.</param>
internal sealed record AccessToken(
    Did Did, string ClientId, string SessionId, int Generation, string Jkt, ScopeSet Scopes, string KeyId, long ExpiresAt)
{
    /// <summary>The <c>typ</c> of its header.</summary>
    public const string Type = "at+jwt";

    /// <summary>The longest that any is good for, and so the time that a revocation has to be kept in mind.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);
}
