using AtProto;
using OpenIddict.Abstractions;
using Pds.Modules.Auth.OAuth.Scopes;
using Pds.Modules.Auth.OAuth.Sessions;
using Pds.Modules.Auth.SignIn;
using Wolverine;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>
/// Spends a code and begins the session. The statement that spends it lets one through: whoever comes second has shown it
/// twice, which ends the session.
/// </summary>
internal sealed class TokenIssuance(OAuthSessionStore sessions, CodeGrant codes, AccessTokenIssuer accessTokens, SignInLog signIns)
{
    /// <exception cref="OAuthException"><c>invalid_grant</c>, or <c>server_error</c> while a permission set cannot be had.</exception>
    public async Task<IssuedTokens> IssueAsync(TokenGrant grant, IMessageBus bus, CancellationToken cancellationToken)
    {
        // What may fail for a while comes before what cannot be undone.
        var session = grant.Session;
        var scope = await ScopeExpansion.ExpandAsync(session.Scope, bus, cancellationToken);
        var refreshToken = grant.Client.GrantTypes.Contains(OpenIddictConstants.GrantTypes.RefreshToken)
            ? OpaqueToken.NewRefresh(session.Id)
            : null;
        var hash = refreshToken is null ? null : OpaqueToken.Hash(refreshToken);
        if (!await sessions.AddAsync(session, grant.Code, hash, cancellationToken))
        {
            await codes.RevokeReplayedAsync(grant.Code, cancellationToken);
            throw OAuthException.InvalidGrant("Invalid code");
        }

        signIns.LetIn(SignInMethod.App, session.Did);
        return accessTokens.IssueWith(refreshToken, session, SessionLifetime.Of(grant.Client), scope);
    }
}

/// <summary>What an app gets for a code or a refresh token.</summary>
/// <param name="ExpiresIn">The life of the access token in seconds.</param>
/// <param name="RefreshToken">Null for an app that asked for none.</param>
/// <param name="Scope">With the permissions of sets in place of their names.</param>
internal sealed record IssuedTokens(string AccessToken, long ExpiresIn, string? RefreshToken, string Scope, Did Did);
