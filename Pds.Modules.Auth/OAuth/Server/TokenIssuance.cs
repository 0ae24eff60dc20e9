using AtProto;
using OpenIddict.Abstractions;
using Pds.Modules.Auth.OAuth.Scopes;
using Pds.Modules.Auth.OAuth.Sessions;
using Pds.Modules.Auth.OAuth.Tokens;
using Wolverine;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>
/// Spends the code or the refresh token and makes new tokens. The statement that spends it lets one through: whoever comes
/// second has shown it twice, which ends the session.
/// </summary>
internal sealed class TokenIssuance(
    OAuthSessionStore sessions,
    OAuthSessions revocation,
    CodeGrant codes,
    SessionRevocations revocations,
    AccessTokenIssuer accessTokens)
{
    /// <exception cref="OAuthException"><c>invalid_grant</c>, or <c>server_error</c> while a permission set cannot be had.</exception>
    public async Task<IssuedTokens> IssueAsync(TokenGrant grant, IMessageBus bus, CancellationToken cancellationToken)
    {
        // What may fail for a while comes before what cannot be undone.
        var scope = await ScopeExpansion.ExpandAsync(grant.Session.Scope, bus, cancellationToken);
        var refreshToken = grant.Client.GrantTypes.Contains(OpenIddictConstants.GrantTypes.RefreshToken)
            ? OpaqueToken.NewRefresh(grant.Session.Id)
            : null;
        var session = grant.Request is null
            ? await RefreshAsync(grant, refreshToken!, cancellationToken)
            : await BeginAsync(grant, refreshToken, cancellationToken);

        var (accessToken, lifetime) = accessTokens.Issue(session, SessionLifetime.Of(grant.Client), scope);
        return new IssuedTokens(accessToken, (long)lifetime.TotalSeconds, refreshToken, scope, session.Did);
    }

    private async Task<OAuthSession> BeginAsync(TokenGrant grant, string? refreshToken, CancellationToken cancellationToken)
    {
        var hash = refreshToken is null ? null : OpaqueToken.Hash(refreshToken);
        if (!await sessions.AddAsync(grant.Session, grant.Spent, hash, cancellationToken))
        {
            await codes.RevokeReplayedAsync(grant.Spent, cancellationToken);
            throw OAuthException.InvalidGrant("Invalid code");
        }

        AuthTelemetry.SessionsCreated.Add(1);
        return grant.Session;
    }

    private async Task<OAuthSession> RefreshAsync(TokenGrant grant, string refreshToken, CancellationToken cancellationToken)
    {
        var session = grant.Session;
        if (await sessions.RotateAsync(session, grant.Spent, OpaqueToken.Hash(refreshToken), cancellationToken) is not { } generation)
        {
            await revocation.RevokeAsync(session.Did, session.Id, cancellationToken);
            throw OAuthException.InvalidGrant("Refresh token replayed");
        }

        revocations.Supersede(session.Id, generation);
        AuthTelemetry.SessionsRefreshed.Add(1);
        return session with { Generation = generation };
    }
}

/// <summary>What an app gets for a code or a refresh token.</summary>
/// <param name="ExpiresIn">The life of the access token in seconds.</param>
/// <param name="RefreshToken">Null for an app that asked for none.</param>
/// <param name="Scope">With the permissions of sets in place of their names.</param>
internal sealed record IssuedTokens(string AccessToken, long ExpiresIn, string? RefreshToken, string Scope, Did Did);
