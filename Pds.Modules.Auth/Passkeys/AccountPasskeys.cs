using System.Buffers.Text;
using AtProto;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Pds.Contracts.Auth;
using Pds.Contracts.Identity;
using Pds.Modules.Auth.Devices;
using Pds.Modules.Auth.Mail;
using Pds.Modules.Auth.SignIn;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;
using Wolverine;
using SignInResult = Pds.Contracts.Auth.SignInResult;

namespace Pds.Modules.Auth.Passkeys;

/// <summary>
/// Passkeys (WebAuthn Level 3), that stand for the password and the second factor together: each is made and used only where the
/// authenticator has verified the person.
/// </summary>
public sealed class AccountPasskeys
{
    private const string SignInPurpose = "sign-in";
    private const int MaxCredentialLength = 32 * 1024;
    private const int MaxNameLength = 64;

    private readonly IPasskeyHandler<PasskeyUser> _webAuthn;
    private readonly PasskeyStore _store;
    private readonly PasskeyState _state;
    private readonly AccountStore _accounts;
    private readonly AttemptLimits _limits;
    private readonly BrowserDevices _devices;
    private readonly SignInLog _signIns;
    private readonly SecurityNotices _notices;

    internal AccountPasskeys(
        IPasskeyHandler<PasskeyUser> webAuthn, PasskeyStore store, PasskeyState state, AccountStore accounts, AttemptLimits limits,
        BrowserDevices devices, SignInLog signIns, SecurityNotices notices)
    {
        (_webAuthn, _store, _state) = (webAuthn, store, state);
        (_accounts, _limits, _devices, _signIns, _notices) = (accounts, limits, devices, signIns, notices);
    }

    internal async Task<PasskeyChallenge> BeginAsync(BeginPasskey command, IMessageBus bus, CancellationToken cancellationToken)
    {
        var identity = await bus.InvokeAsync<LocalIdentity?>(new GetIdentity(command.Did), cancellationToken)
            ?? throw XrpcErrors.AccountNotFound();
        var name = identity.Handle.Value;
        var user = new PasskeyUserEntity { Id = new PasskeyUser(command.Did).Id, Name = name, DisplayName = name };
        var options = await _webAuthn.MakeCreationOptionsAsync(user, new DefaultHttpContext());
        var state = _state.Seal(options.AttestationState ?? "", AddPurpose(command.Did), command.DeviceId);
        return new PasskeyChallenge(state, options.CreationOptionsJson);
    }

    internal async Task<PasskeySummary> AddAsync(AddPasskey command, CancellationToken cancellationToken)
    {
        if (command.Name is not { Length: > 0 and <= MaxNameLength })
        {
            throw XrpcErrors.InvalidRequest($"A name has at most {MaxNameLength} characters");
        }

        var state = await OpenAsync(command.State, AddPurpose(command.Did), command.DeviceId, command.CredentialJson, cancellationToken);
        if (state is not null)
        {
            var result = await _webAuthn.PerformAttestationAsync(new PasskeyAttestationContext
            {
                HttpContext = new DefaultHttpContext(),
                CredentialJson = command.CredentialJson,
                AttestationState = state,
            });
            if (result.Succeeded
                && await _store.AddAsync(command.Did, result.UserEntity.Id, result.Passkey, command.Name, cancellationToken) is { } added)
            {
                await _notices.TellAsync(command.Did, SecurityNotice.Passkey, cancellationToken);
                return added;
            }
        }

        throw XrpcErrors.InvalidToken("The passkey was not accepted");
    }

    internal async Task RemoveAsync(RemovePasskey command, CancellationToken cancellationToken)
    {
        if (command.Id.Length <= MaxCredentialLength && Base64Url.IsValid(command.Id)
            && await _store.RemoveAsync(command.Did, Base64Url.DecodeFromChars(command.Id), cancellationToken))
        {
            await _notices.TellAsync(command.Did, SecurityNotice.Passkey, cancellationToken);
        }
    }

    internal async Task<PasskeyChallenge> BeginSignInAsync(BeginPasskeySignIn command)
    {
        var options = await _webAuthn.MakeRequestOptionsAsync(user: null, new DefaultHttpContext());
        var state = _state.Seal(options.AssertionState ?? "", SignInPurpose, command.DeviceId);
        return new PasskeyChallenge(state, options.RequestOptionsJson);
    }

    internal async Task<SignInResult> FinishSignInAsync(FinishPasskeySignIn command, CancellationToken cancellationToken)
    {
        await _limits.CountAsync(AttemptLimit.Address, command.Address);
        var state = await OpenAsync(command.State, SignInPurpose, command.DeviceId, command.CredentialJson, cancellationToken);
        if (state is null)
        {
            throw Refused();
        }

        var result = await _webAuthn.PerformAssertionAsync(new PasskeyAssertionContext
        {
            HttpContext = new DefaultHttpContext(),
            CredentialJson = command.CredentialJson,
            AssertionState = state,
        });
        if (!result.Succeeded || await _accounts.FindAsync(result.User.Did, cancellationToken) is not { } account)
        {
            throw Refused();
        }

        if (account.Status == AccountStatus.Takendown)
        {
            throw XrpcErrors.AccountTakedown();
        }

        if (!await _store.UseAsync(account.Did, result.Passkey, cancellationToken))
        {
            throw Refused();
        }

        await _devices.SignInAsync(command.DeviceId, account.Did, command.Remember, cancellationToken);
        _signIns.LetIn(SignInMethod.Passkey, account.Did);
        return new SignInResult(account.Did, null);
    }

    private async Task<string?> OpenAsync(
        string state, string purpose, string deviceId, string credential, CancellationToken cancellationToken) =>
        credential.Length <= MaxCredentialLength ? await _state.TryOpenAsync(state, purpose, deviceId, cancellationToken) : null;

    private static string AddPurpose(Did did) => $"add {did}";

    private XrpcException Refused()
    {
        _signIns.Refuse(SignInMethod.Passkey, null);
        return XrpcErrors.AuthenticationRequired("The passkey was not accepted");
    }
}
