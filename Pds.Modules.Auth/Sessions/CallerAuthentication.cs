using AtProto;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
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
    TokenVerifier tokens,
    ServiceTokenVerifier serviceTokens,
    ServiceTokenReplays replays,
    ResourceAccess oauth,
    AdminPassword adminPassword,
    AttemptLimits limits,
    AccountStore accounts) : ICallerAuthentication
{
    private const AccessKind Sessions = AccessKind.Full | AccessKind.AppPassword | AccessKind.AppPasswordPrivileged
        | AccessKind.Takendown | AccessKind.SignupQueued | AccessKind.Refresh;

    public async ValueTask<Caller?> ReadAsync(HttpContext context, AccessRule rule)
    {
        try
        {
            var caller = await ReadCallerAsync(context, rule);
            if (caller is null && !rule.IsOptional)
            {
                Announce(context, rule);
            }

            return caller;
        }
        catch (XrpcException refusal) when (refusal.Status == StatusCodes.Status401Unauthorized)
        {
            Announce(context, rule);
            throw;
        }
    }

    private async ValueTask<Caller?> ReadCallerAsync(HttpContext context, AccessRule rule)
    {
        var header = context.Request.Headers.Authorization.ToString();
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
        return IsScheme(header, "Bearer ") ? await ReadBearerAsync(context, rule, credentials)
            : IsScheme(header, "DPoP ") ? await ReadDpopAsync(context, rule, credentials.ToString())
            : IsScheme(header, "Basic ") ? await ReadBasicAsync(context, rule, credentials.ToString())
            : throw XrpcErrors.InvalidToken($"Unsupported authorization type: {header[..space]}");
    }

    private static bool IsScheme(string header, string scheme) => header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase);

    private async ValueTask<Caller> ReadBearerAsync(HttpContext context, AccessRule rule, ReadOnlyMemory<char> token)
    {
        if (Has(rule, AccessKind.Service | AccessKind.Moderation)
            && (!Has(rule, Sessions) || ServiceToken.IsCertainly(token.ToString())))
        {
            return await ReadServiceTokenAsync(context, rule, token.ToString());
        }

        if (!Has(rule, Sessions))
        {
            throw XrpcErrors.AuthenticationRequired("Authentication Required");
        }

        var type = Has(rule, AccessKind.Refresh) ? TokenType.Refresh : TokenType.Access;
        var verified = tokens.Verify(token.Span, type, rule.AcceptsExpired);
        if (rule.RefusesTakendown && (verified.Kind & rule.Kinds) != 0)
        {
            await RefuseTakendownAsync(verified.Did, context.RequestAborted);
        }

        return new Caller(verified.Kind, verified.Did) { TokenId = verified.Id };
    }

    private async Task<Caller> ReadDpopAsync(HttpContext context, AccessRule rule, string token)
    {
        if (!Has(rule, AccessKind.OAuth | AccessKind.Full))
        {
            throw rule.IsOptional ? XrpcErrors.AuthenticationRequired("Invalid authorization header")
                : Has(rule, AccessKind.Refresh) ? XrpcErrors.AuthMissing()
                : XrpcErrors.AuthenticationRequired("Authentication Required");
        }

        var verified = await oauth.AuthenticateAsync(context, token, context.RequestAborted);
        if (rule.RefusesTakendown && Has(rule, AccessKind.OAuth))
        {
            await RefuseTakendownAsync(verified.Did, context.RequestAborted);
        }

        return new Caller(AccessKind.OAuth, verified.Did)
        {
            ClientId = verified.ClientId,
            SessionId = verified.SessionId,
            Scopes = verified.Scopes,
        };
    }

    private async Task<Caller> ReadServiceTokenAsync(HttpContext context, AccessRule rule, string token)
    {
        // The path is /xrpc/ and the method that the token must be for.
        var method = context.Request.Path.Value!["/xrpc/".Length..].TrimEnd('/');
        var isModeration = Has(rule, AccessKind.Moderation);
        var issuer = await serviceTokens.VerifyAsync(token, method, isModeration, Resolve, context.RequestAborted);
        if (rule.RefusesTakendown)
        {
            await RefuseTakendownAsync(issuer, context.RequestAborted);
        }

        if (isModeration && HttpMethods.IsPost(context.Request.Method))
        {
            await replays.UseForModerationAsync(token, context.RequestAborted);
        }

        return new Caller(isModeration ? AccessKind.Moderation : AccessKind.Service, issuer);

        Task<ResolvedDid?> Resolve(ResolveDidDocument question, CancellationToken cancellationToken) =>
            context.RequestServices.GetRequiredService<IMessageBus>().InvokeAsync<ResolvedDid?>(question, cancellationToken);
    }

    private async Task<Caller> ReadBasicAsync(HttpContext context, AccessRule rule, string credentials)
    {
        if (Has(rule, AccessKind.Admin))
        {
            // Whoever has guessed too often is not told any more whether a guess is right.
            var guesser = $"{context.Connection.RemoteIpAddress}";
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

    private async Task RefuseTakendownAsync(Did did, CancellationToken cancellationToken)
    {
        var account = await accounts.FindAsync(did, cancellationToken) ?? throw XrpcErrors.AccountNotFound();
        if (account.Status == AccountStatus.Takendown)
        {
            throw XrpcErrors.AccountTakedown();
        }
    }

    private void Announce(HttpContext context, AccessRule rule)
    {
        if (Has(rule, AccessKind.OAuth))
        {
            oauth.Announce(context.Response);
        }
    }

    private static bool Has(AccessRule rule, AccessKind kinds) => (rule.Kinds & kinds) != 0;
}
