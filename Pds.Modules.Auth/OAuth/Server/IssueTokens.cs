using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using Pds.Modules.Auth.OAuth.Scopes;
using Pds.Modules.Auth.OAuth.Sessions;
using Pds.Modules.Auth.OAuth.Tokens;
using Wolverine;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>
/// Spends the code or the refresh token and gives out new tokens. The statement that spends it lets one through: whoever comes
/// second has shown it twice, which ends the session.
/// </summary>
internal sealed class IssueTokens(
    OAuthSessionStore sessions,
    OAuthSessions revocation,
    CodeGrant codes,
    SessionRevocations revocations,
    AccessTokenIssuer accessTokens) : IOpenIddictServerHandler<ProcessSignInContext>
{
    public async ValueTask HandleAsync(ProcessSignInContext context)
    {
        if (context.Transaction.GetGrant() is not { } grant)
        {
            return;
        }

        // What may fail for a while comes before what cannot be undone.
        var http = context.Transaction.GetHttpContext();
        var cancellationToken = http.RequestAborted;
        var scope = await ScopeExpansion.ExpandAsync(
            grant.Session.Scope, http.RequestServices.GetRequiredService<IMessageBus>(), cancellationToken);
        var refreshToken = grant.Client.GrantTypes.Contains(OpenIddictConstants.GrantTypes.RefreshToken)
            ? OpaqueToken.NewRefresh(grant.Session.Id)
            : null;
        var session = grant.Request is null
            ? await RefreshAsync(grant, refreshToken!, cancellationToken)
            : await BeginAsync(grant, refreshToken, cancellationToken);

        var (accessToken, lifetime) = accessTokens.Issue(session, SessionLifetime.Of(grant.Client), scope);
        (context.GenerateAccessToken, context.IncludeAccessToken, context.AccessToken) = (false, true, accessToken);
        (context.GenerateRefreshToken, context.IncludeRefreshToken, context.RefreshToken) = (false, refreshToken is not null, refreshToken);
        context.GenerateIdentityToken = context.IncludeIdentityToken = false;

        context.Parameters["expires_in"] = (long)lifetime.TotalSeconds;
        context.Parameters["scope"] = scope;
        context.Parameters["sub"] = session.Did.Value;
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
