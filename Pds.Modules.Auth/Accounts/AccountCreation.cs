using AtProto;
using Pds.Contracts.Identity;
using Pds.Contracts.Repo;
using Pds.Modules.Auth.RobotChecks;
using Pds.Modules.Auth.Sessions;
using Pds.Modules.Auth.SignIn;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Auth.Accounts;

/// <summary>
/// Makes an account across the modules, for whoever asks: with a DID of its own, or around one that is brought along from
/// another server. Whatever fails undoes what went before.
/// </summary>
internal sealed class AccountCreation(
    AuthOptions options,
    SignUpStore signUps,
    AbandonedSignUps abandoned,
    PasswordHasher passwords,
    RobotCheck robots,
    SignUpHook hook,
    TokenIssuer tokens,
    SignInLog signIns,
    TimeProvider time)
{
    private const int MaxPasswordLength = 256;

    // An account that was brought along is activated by its owner, or goes.
    private static readonly TimeSpan ActivationPeriod = TimeSpan.FromDays(3);

    /// <exception cref="XrpcException">With the names of <c>com.atproto.server.createAccount</c>.</exception>
    public async Task<CreatedAccount> CreateAsync(AccountRequest request, IMessageBus bus, CancellationToken requestAborted)
    {
        using var deadline = new CancellationTokenSource(SignUp.Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, requestAborted);
        var cancellationToken = either.Token;

        var email = Check(request);
        var checkedHandle = await bus.InvokeAsync<CheckedHandle>(
            new CheckNewHandle(request.Handle, request.Did), cancellationToken);
        var handle = checkedHandle.Handle;

        // Who moves in has shown a token of the account itself.
        if (request.Did is null)
        {
            await robots.RequireAsync(request, cancellationToken);
        }

        await hook.AskAsync(request, handle, email, cancellationToken);
        var passwordHash = request.Password is null ? null : await passwords.HashAsync(request.Password, cancellationToken);
        var signingKey = (await bus.InvokeAsync<ReservedSigningKey>(new ReserveSigningKey(), cancellationToken)).DidKey;

        // From here on there is something to undo; the row says what, should this process not live to do it.
        var signUp = new SignUp(signingKey, handle, email, request.Did, request.InviteCode, time.GetUtcNow());
        Refuse(await signUps.BeginAsync(signUp, cancellationToken), request, handle);
        try
        {
            var status = request.Did is null ? AccountStatus.Active : AccountStatus.Deactivated;
            var did = request.Did is { } brought
                ? await AdoptAsync(bus, brought, handle, cancellationToken)
                : await MakeAsync(bus, signUp, request.RecoveryKey, cancellationToken);
            await bus.InvokeAsync(new CreateRepository(did, signingKey, handle, status), cancellationToken);

            var session = tokens.Issue(did, AccessKind.Full);
            if (!await signUps.CompleteAsync(signUp, NewAccount(did, passwordHash, status), session, cancellationToken))
            {
                throw XrpcErrors.UpstreamTimeout();
            }

            AuthTelemetry.AccountsCreated.Add(1);
            signIns.LetIn(SignInMethod.SignUp, did);
            return new CreatedAccount(did, handle, session);
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
    }

    /// <summary>Returns the address in lower case.</summary>
    private string Check(AccountRequest request)
    {
        if (request.Password?.Length > MaxPasswordLength)
        {
            throw XrpcErrors.InvalidRequest($"Password too long. Maximum length is {MaxPasswordLength} characters.");
        }

        if (options.InviteRequired && request.InviteCode is null)
        {
            throw XrpcErrors.BadRequest("InvalidInviteCode", "No invite code provided");
        }

        if (string.IsNullOrEmpty(request.Email))
        {
            throw XrpcErrors.InvalidRequest("Email is required");
        }

        return EmailAddress.IsSupported(request.Email)
            ? request.Email.ToLowerInvariant()
            : throw XrpcErrors.InvalidRequest("This email address is not supported, please use a different email.");
    }

    private static void Refuse(SignUpStart start, AccountRequest request, Handle handle)
    {
        switch (start)
        {
            case SignUpStart.InviteUnavailable:
                throw XrpcErrors.BadRequest("InvalidInviteCode", "Provided invite code not available");
            case SignUpStart.EmailTaken:
                throw XrpcErrors.InvalidRequest($"Email already taken: {request.Email}");
            case SignUpStart.HandleTaken:
                throw XrpcErrors.HandleNotAvailable($"Handle already taken: {handle}");
            case SignUpStart.DidTaken:
                throw XrpcErrors.InvalidRequest($"Account already exists: {request.Did}");
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

    private NewAccount NewAccount(Did did, string? passwordHash, AccountStatus status)
    {
        var now = time.GetUtcNow();
        return status == AccountStatus.Active
            ? new NewAccount(did, passwordHash)
            : new NewAccount(did, passwordHash, DeactivatedAt: now, DeleteAfter: now + ActivationPeriod);
    }
}
