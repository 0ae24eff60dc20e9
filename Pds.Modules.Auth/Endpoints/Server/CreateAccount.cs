using System.Text.Json;
using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Contracts.Identity;
using Pds.Contracts.Repo;
using Pds.Modules.Auth.Accounts;
using Pds.Modules.Auth.Sessions;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Auth.Endpoints.Server;

/// <summary>Makes an account: with a DID of its own, or around a DID that is brought along from another server.</summary>
internal static class CreateAccount
{
    private const int MaxPasswordLength = 256;

    // An account that was brought along is activated by its owner, or goes.
    private static readonly TimeSpan ActivationPeriod = TimeSpan.FromDays(3);

    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure("com.atproto.server.createAccount", HandleAsync)
        .RequireAuthorization(Access.OptionalService);

    internal sealed record Input(
        string Handle,
        string? Email,
        string? Password,
        string? InviteCode,
        Did? Did,
        string? RecoveryKey,
        string? VerificationCode,
        string? VerificationPhone,
        JsonElement? PlcOp);

    internal sealed record Output(string AccessJwt, string RefreshJwt, Handle Handle, Did Did, JsonElement? DidDoc);

    private static async Task<Output> HandleAsync(
        Input input,
        Caller? caller,
        IMessageBus bus,
        AuthOptions options,
        SignUpStore signUps,
        AbandonedSignUps abandoned,
        PasswordHasher passwords,
        TokenIssuer tokens,
        TimeProvider time,
        SessionDetails details,
        CancellationToken requestAborted)
    {
        using var deadline = new CancellationTokenSource(SignUp.Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, requestAborted);
        var cancellationToken = either.Token;

        var email = CheckInput(input, options.InviteRequired);
        if (input.Did is { } claimed && claimed != caller?.Did)
        {
            throw XrpcErrors.AuthenticationRequired($"Missing auth to create account with did: {claimed}");
        }

        var checkedHandle = await bus.InvokeAsync<CheckedHandle>(
            new CheckNewHandle(input.Handle, input.Did), cancellationToken);
        var handle = checkedHandle.Handle;
        var passwordHash = string.IsNullOrEmpty(input.Password)
            ? null
            : await passwords.HashAsync(input.Password, cancellationToken);
        var signingKey = (await bus.InvokeAsync<ReservedSigningKey>(new ReserveSigningKey(), cancellationToken)).DidKey;

        // From here on there is something to undo; the row says what, should this process not live to do it.
        var signUp = new SignUp(signingKey, handle, email, input.Did, NullIfEmpty(input.InviteCode), time.GetUtcNow());
        Refuse(await signUps.BeginAsync(signUp, cancellationToken), input, handle);
        Did did;
        IssuedSession session;
        try
        {
            var status = input.Did is null ? AccountStatus.Active : AccountStatus.Deactivated;
            did = input.Did is { } brought
                ? await AdoptAsync(bus, brought, handle, cancellationToken)
                : await MakeAsync(bus, signUp, NullIfEmpty(input.RecoveryKey), cancellationToken);
            await bus.InvokeAsync(new CreateRepository(did, signingKey, handle, status), cancellationToken);

            session = tokens.Issue(did, AccessKind.Full);
            if (!await signUps.CompleteAsync(signUp, NewAccount(did, passwordHash, status, time), session, cancellationToken))
            {
                throw XrpcErrors.UpstreamTimeout();
            }
        }
        catch (Exception failure)
        {
            await abandoned.TryUndoAsync(bus, signUp);
            if (failure is OperationCanceledException && deadline.IsCancellationRequested)
            {
                throw XrpcErrors.UpstreamTimeout();
            }

            throw;
        }

        AuthTelemetry.AccountsCreated.Add(1);
        AuthTelemetry.SessionsCreated.Add(1);
        var didDoc = await details.GetNewDidDocAsync(bus, did, requestAborted);
        return new Output(session.AccessJwt, session.RefreshJwt, handle, did, didDoc);
    }

    /// <summary>Returns the address in lower case.</summary>
    private static string CheckInput(Input input, bool inviteRequired)
    {
        if (input.PlcOp is { ValueKind: not JsonValueKind.Null })
        {
            throw XrpcErrors.InvalidRequest("Unsupported input: \"plcOp\"");
        }

        if (input.Password?.Length > MaxPasswordLength)
        {
            throw XrpcErrors.InvalidRequest($"Password too long. Maximum length is {MaxPasswordLength} characters.");
        }

        if (inviteRequired && string.IsNullOrEmpty(input.InviteCode))
        {
            throw XrpcErrors.BadRequest("InvalidInviteCode", "No invite code provided");
        }

        if (string.IsNullOrEmpty(input.Email))
        {
            throw XrpcErrors.InvalidRequest("Email is required");
        }

        return EmailAddress.IsSupported(input.Email)
            ? input.Email.ToLowerInvariant()
            : throw XrpcErrors.InvalidRequest("This email address is not supported, please use a different email.");
    }

    private static void Refuse(SignUpStart start, Input input, Handle handle)
    {
        switch (start)
        {
            case SignUpStart.InviteUnavailable:
                throw XrpcErrors.BadRequest("InvalidInviteCode", "Provided invite code not available");
            case SignUpStart.EmailTaken:
                throw XrpcErrors.InvalidRequest($"Email already taken: {input.Email}");
            case SignUpStart.HandleTaken:
                throw XrpcErrors.HandleNotAvailable($"Handle already taken: {handle}");
            case SignUpStart.DidTaken:
                throw XrpcErrors.InvalidRequest($"Account already exists: {input.Did}");
            case SignUpStart.Begun:
            default:
                return;
        }
    }

    private static async Task<Did> AdoptAsync(IMessageBus bus, Did did, Handle handle, CancellationToken cancellationToken)
    {
        await bus.InvokeAsync(new AdoptIdentity(did, handle, AccountStatus.Deactivated), cancellationToken);
        return did;
    }

    private static async Task<Did> MakeAsync(
        IMessageBus bus, SignUp signUp, string? recoveryKey, CancellationToken cancellationToken)
    {
        var made = await bus.InvokeAsync<CreatedIdentity>(
            new CreateIdentity(signUp.Handle, signUp.SigningKey, recoveryKey), cancellationToken);
        await bus.InvokeAsync(new PublishIdentity(made.Did), cancellationToken);
        return made.Did;
    }

    private static NewAccount NewAccount(Did did, string? passwordHash, AccountStatus status, TimeProvider time)
    {
        var now = time.GetUtcNow();
        return status == AccountStatus.Active
            ? new NewAccount(did, passwordHash)
            : new NewAccount(did, passwordHash, DeactivatedAt: now, DeleteAfter: now + ActivationPeriod);
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
