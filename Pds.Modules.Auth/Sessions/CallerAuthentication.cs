using System.Text.Encodings.Web;
using AtProto;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pds.Contracts.Identity;
using Pds.Modules.Auth.OAuth.Tokens;
using Pds.Modules.Auth.SignIn;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Auth.Sessions;

/// <summary>
/// Turns the <c>Authorization</c> header into a <see cref="Caller"/>, as the method's <see cref="AccessRule"/> asks for.
/// </summary>
internal sealed class CallerAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    TokenVerifier tokens,
    ServiceTokenVerifier serviceTokens,
    ServiceTokenReplays replays,
    ResourceAccess oauth,
    AdminPassword adminPassword,
    AttemptLimits limits,
    AccountStore accounts) : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    private const AccessKind Sessions = AccessKind.Full | AccessKind.AppPassword | AccessKind.AppPasswordPrivileged
        | AccessKind.Takendown | AccessKind.SignupQueued | AccessKind.Refresh;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (AccessRule.Of(Context) is not { } rule)
        {
            return AuthenticateResult.NoResult();
        }

        try
        {
            if (await ReadCallerAsync(rule) is { } caller)
            {
                return XrpcAuthentication.Success(Context, caller);
            }

            if (!rule.IsOptional)
            {
                Announce(rule);
            }

            return AuthenticateResult.NoResult();
        }
        catch (XrpcException refusal)
        {
            if (refusal.Status == StatusCodes.Status401Unauthorized)
            {
                Announce(rule);
            }

            return AuthenticateResult.Fail(refusal);
        }
    }

    private async ValueTask<Caller?> ReadCallerAsync(AccessRule rule)
    {
        var header = Request.Headers.Authorization.ToString();
        if (header.Length == 0)
        {
            return Has(rule, Sessions) || rule.IsOptional
                ? null
                : throw XrpcErrors.AuthenticationRequired("Authentication Required");
        }

        var space = header.IndexOf(' ', StringComparison.Ordinal);
        if (space < 0 || header.IndexOf(' ', space + 1) >= 0)
        {
            throw XrpcErrors.InvalidToken("Malformed authorization header");
        }

        var credentials = header.AsMemory(space + 1);
        return IsScheme(header, "Bearer ") ? await ReadBearerAsync(rule, credentials)
            : IsScheme(header, "DPoP ") ? await ReadDpopAsync(rule, credentials.ToString())
            : IsScheme(header, "Basic ") ? await ReadBasicAsync(rule, credentials.ToString())
            : throw XrpcErrors.InvalidToken($"Unsupported authorization type: {header[..space]}");
    }

    private static bool IsScheme(string header, string scheme) => header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase);

    private async ValueTask<Caller> ReadBearerAsync(AccessRule rule, ReadOnlyMemory<char> token)
    {
        if (Has(rule, AccessKind.Service | AccessKind.Moderation)
            && (!Has(rule, Sessions) || ServiceToken.IsCertainly(token.ToString())))
        {
            return await ReadServiceTokenAsync(rule, token.ToString());
        }

        if (!Has(rule, Sessions))
        {
            throw XrpcErrors.AuthenticationRequired("Authentication Required");
        }

        var type = Has(rule, AccessKind.Refresh) ? TokenType.Refresh : TokenType.Access;
        var verified = tokens.Verify(token.Span, type, rule.AcceptsExpired);
        if (rule.RefusesTakendown && (verified.Kind & rule.Kinds) != 0)
        {
            await RefuseTakendownAsync(verified.Did);
        }

        return new Caller(verified.Kind, verified.Did) { TokenId = verified.Id };
    }

    private async Task<Caller> ReadDpopAsync(AccessRule rule, string token)
    {
        if (!Has(rule, AccessKind.OAuth | AccessKind.Full))
        {
            throw rule.IsOptional ? XrpcErrors.AuthenticationRequired("Invalid authorization header")
                : Has(rule, AccessKind.Refresh) ? XrpcErrors.AuthMissing()
                : XrpcErrors.AuthenticationRequired("Authentication Required");
        }

        var verified = await oauth.AuthenticateAsync(Context, token, Context.RequestAborted);
        if (rule.RefusesTakendown && Has(rule, AccessKind.OAuth))
        {
            await RefuseTakendownAsync(verified.Did);
        }

        return new Caller(AccessKind.OAuth, verified.Did)
        {
            ClientId = verified.ClientId,
            SessionId = verified.SessionId,
            Scopes = verified.Scopes,
        };
    }

    private async Task<Caller> ReadServiceTokenAsync(AccessRule rule, string token)
    {
        // The path is /xrpc/ and the method that the token must be for.
        var method = Request.Path.Value!["/xrpc/".Length..].TrimEnd('/');
        var isModeration = Has(rule, AccessKind.Moderation);
        var issuer = await serviceTokens.VerifyAsync(token, method, isModeration, ResolveAsync, Context.RequestAborted);
        if (rule.RefusesTakendown)
        {
            await RefuseTakendownAsync(issuer);
        }

        if (isModeration && HttpMethods.IsPost(Request.Method))
        {
            await replays.UseForModerationAsync(token, Context.RequestAborted);
        }

        return new Caller(isModeration ? AccessKind.Moderation : AccessKind.Service, issuer);
    }

    private async Task<Caller> ReadBasicAsync(AccessRule rule, string credentials)
    {
        if (Has(rule, AccessKind.Admin))
        {
            // Whoever has guessed too often is not told any more whether a guess is right.
            var guesser = $"{Context.Connection.RemoteIpAddress}";
            await limits.RequireRoomAsync(AttemptLimit.Administrator, guesser);
            if (adminPassword.Matches(credentials))
            {
                return Caller.Admin;
            }

            await limits.CountAsync(AttemptLimit.Administrator, guesser);
            throw XrpcErrors.AuthenticationRequired("Authentication Required");
        }

        throw rule.IsOptional ? XrpcErrors.AuthenticationRequired("Invalid authorization header")
            : Has(rule, AccessKind.Refresh) ? XrpcErrors.AuthMissing()
            : XrpcErrors.InvalidToken("Unexpected authorization type");
    }

    private async Task RefuseTakendownAsync(Did did)
    {
        var account = await accounts.FindAsync(did, Context.RequestAborted) ?? throw XrpcErrors.AccountNotFound();
        if (account.Status == AccountStatus.Takendown)
        {
            throw XrpcErrors.AccountTakedown();
        }
    }

    private void Announce(AccessRule rule)
    {
        if (Has(rule, AccessKind.OAuth))
        {
            oauth.Announce(Response);
        }
    }

    private Task<ResolvedDid?> ResolveAsync(ResolveDidDocument question, CancellationToken cancellationToken) =>
        Context.RequestServices.GetRequiredService<IMessageBus>().InvokeAsync<ResolvedDid?>(question, cancellationToken);

    private static bool Has(AccessRule rule, AccessKind kinds) => (rule.Kinds & kinds) != 0;
}
