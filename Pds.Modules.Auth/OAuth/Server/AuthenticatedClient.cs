using Pds.Modules.Auth.OAuth.Clients;
using Pds.Modules.Auth.OAuth.Proofs;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>The app that makes a request.</summary>
/// <param name="Key">
/// Algorithm, thumbprint and id of the key that its assertion was signed with, as one text; null for an app that shows none.
/// What began with one key goes on with the same.
/// </param>
/// <param name="Proof">The proof of its DPoP key; null where the request needs none and has none.</param>
internal sealed record AuthenticatedClient(OAuthClient Client, string? Key, DpopProof? Proof)
{
    /// <summary>Writes <see cref="Key"/>.</summary>
    public static string KeyOf(ClientAssertion assertion) => KeyOf(assertion.Algorithm, assertion.Jkt, assertion.KeyId);

    /// <inheritdoc cref="KeyOf(ClientAssertion)"/>
    public static string KeyOf(string algorithm, string jkt, string keyId) => $"{algorithm} {jkt} {keyId}";

    /// <summary>The <c>kid</c> in a <see cref="Key"/>.</summary>
    public static string? KeyIdOf(string? key) => key?.Split(' ', 3)[2];

    /// <summary>Refuses a grant that the app's metadata does not name.</summary>
    /// <exception cref="OAuthException"><c>invalid_grant</c>.</exception>
    public void RequireGrant(string? grantType)
    {
        if (grantType is null || !Client.GrantTypes.Contains(grantType))
        {
            throw OAuthException.InvalidGrant("This grant_type is not allowed for this client");
        }
    }

    /// <summary>Refuses to continue what another app, or this one with another key, has begun.</summary>
    /// <param name="key">How the app authenticated then. What began without a key may go on with one.</param>
    /// <exception cref="OAuthException"><c>invalid_grant</c>.</exception>
    public void RequireSame(string clientId, string? key, string? dpopJkt)
    {
        if (Client.ClientId != clientId)
        {
            throw OAuthException.InvalidGrant("Token was not issued to this client");
        }

        if (key is not null && key != Key)
        {
            throw OAuthException.InvalidGrant("The session was initiated with a different key than the client assertion currently used");
        }

        if (dpopJkt is not null && dpopJkt != Proof?.Jkt)
        {
            throw OAuthException.InvalidGrant("DPoP proof does not match the expected JKT");
        }
    }
}
