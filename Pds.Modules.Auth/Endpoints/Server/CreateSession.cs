using System.Diagnostics;
using System.Text.Json;
using AtProto;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;
using Pds.Modules.Auth.SecondFactor;
using Pds.Modules.Auth.Sessions;
using Pds.Modules.Auth.SignIn;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Auth.Endpoints.Server;

/// <summary>Signs in with a password.</summary>
internal static class CreateSession
{
    private const int MaxPasswordLength = 512;

    private static readonly TimeSpan ShortestRefusal = TimeSpan.FromMilliseconds(350);

    public static void Map(IEndpointRouteBuilder xrpc) => xrpc.MapProcedure("com.atproto.server.createSession", HandleAsync);

    /// <param name="Identifier">A handle, a DID or an e-mail address.</param>
    internal sealed record Input(string Identifier, string Password, string? AuthFactorToken, bool? AllowTakendown);

    internal sealed record Output(
        string AccessJwt,
        string RefreshJwt,
        Did Did,
        JsonElement? DidDoc,
        Handle Handle,
        string Email,
        bool EmailConfirmed,
        bool? EmailAuthFactor,
        bool Active,
        AccountStatus? Status)
    {
        public static async Task<Output> CreateAsync(
            IssuedSession session,
            Account account,
            SessionDetails details,
            IMessageBus bus,
            CancellationToken cancellationToken) => new(
                session.AccessJwt,
                session.RefreshJwt,
                account.Did,
                await details.GetDidDocAsync(bus, account.Did, cancellationToken),
                await SessionDetails.GetHandleAsync(bus, account.Did, cancellationToken),
                account.Email,
                account.EmailConfirmed,
                account.HasEmailFactor ? true : null,
                account.Status == AccountStatus.Active,
                account.Status == AccountStatus.Active ? null : account.Status);
    }

    private static async Task<Output> HandleAsync(
        Input input,
        IMessageBus bus,
        LoginFinder logins,
        AccountStore accounts,
        PasswordHasher passwords,
        TakenOverAppPasswords takenOver,
        RefreshTokenStore refreshTokens,
        TokenIssuer tokens,
        SecondFactors factors,
        AttemptLimits limits,
        SignInGuard guard,
        SessionDetails details,
        SignInLog signIns,
        RateLimiter limiter,
        HttpContext http,
        CancellationToken cancellationToken)
    {
        var startedAt = Stopwatch.GetTimestamp();
        await limiter.SpendBySubjectAsync(http, RateLimit.CreateSession, input.Identifier.ToLowerInvariant());
        if (input.Password.Length > MaxPasswordLength)
        {
            throw XrpcErrors.AuthenticationRequired("Password too long. Consider resetting your password.");
        }

        var appPasswordHash = AppPassword.IsForm(input.Password) ? AppPassword.Hash(input.Password) : null;
        var login = await logins.FindAsync(input.Identifier, appPasswordHash, bus, cancellationToken);
        var attempt = await guard.BeginAsync(
            login?.Account.Did.Value ?? input.Identifier, http.Connection.RemoteIpAddress?.ToString() ?? "");
        var isTakendown = login?.Account.Status == AccountStatus.Takendown;

        // A taken-down account is entered only by its own password. Whatever is wrong, the same time is spent and the same said.
        var appPassword = isTakendown || login is null
            ? null
            : login.AppPassword ?? await takenOver.FindAsync(login.Account.Did, input.Password, cancellationToken);
        var isRight = appPassword is not null
            || await passwords.VerifyAsync(input.Password, login?.PasswordHash, cancellationToken);
        if (login is null || !isRight)
        {
            signIns.Refuse(SignInMethod.Password, login?.Account.Did);
            await WaitAsync(startedAt, cancellationToken);
            throw XrpcErrors.AuthenticationRequired("Invalid identifier or password");
        }

        await guard.SucceedAsync(attempt);
        var account = login.Account;
        if (isTakendown && input.AllowTakendown != true)
        {
            throw XrpcErrors.AccountTakedown();
        }

        if (appPassword is null && !isTakendown)
        {
            await RequireSecondFactorAsync(account, input.AuthFactorToken, factors, limits, signIns, bus, cancellationToken);
        }

        if (appPassword is null && PasswordHash.IsOutdated(login.PasswordHash!))
        {
            var hash = await passwords.HashAsync(input.Password, cancellationToken);
            await accounts.SetPasswordAsync(account.Did, hash, cancellationToken);
        }

        var session = tokens.Issue(account.Did, isTakendown ? AccessKind.Takendown : appPassword?.Kind ?? AccessKind.Full);
        if (!isTakendown)
        {
            await refreshTokens.AddAsync(account.Did, appPassword?.Name, session, cancellationToken);
        }

        signIns.LetIn(appPassword is null ? SignInMethod.Password : SignInMethod.AppPassword, account.Did);
        return await Output.CreateAsync(session, account, details, bus, cancellationToken);
    }

    // The protocol's reference takes as long, however the refusal came about.
    private static Task WaitAsync(long startedAt, CancellationToken cancellationToken)
    {
        var left = ShortestRefusal - Stopwatch.GetElapsedTime(startedAt);
        return left > TimeSpan.Zero ? Task.Delay(left, TimeProvider.System, cancellationToken) : Task.CompletedTask;
    }

    private static async Task RequireSecondFactorAsync(
        Account account, string? token, SecondFactors factors, AttemptLimits limits, SignInLog signIns, IMessageBus bus,
        CancellationToken cancellationToken)
    {
        if (!string.IsNullOrWhiteSpace(token))
        {
            // Six digits are soon guessed by who knows the password.
            await limits.CountAsync(AttemptLimit.Account, account.Did.Value);
            await limits.CountAsync(AttemptLimit.AccountDaily, account.Did.Value);
            if (!await factors.VerifyAsync(account.Did, token, cancellationToken))
            {
                signIns.Refuse(SignInMethod.SecondFactor, account.Did);
                throw XrpcErrors.InvalidToken("Token is invalid");
            }
        }
        else if (await factors.ChallengeAsync(account, bus, cancellationToken) is { } kind)
        {
            throw XrpcErrors.Unauthorized(
                "AuthFactorTokenRequired",
                kind == SecondFactorKind.Email
                    ? "A sign in code has been sent to your email address"
                    : "A code of your authenticator is required");
        }
    }
}
