using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;
using Pds.Modules.Auth.Devices;
using Wolverine;

namespace Pds.Modules.Auth.SignIn;

/// <summary>Makes accounts for people with a browser.</summary>
public sealed class PersonSignUp
{
    private readonly AccountCreation _accounts;
    private readonly AttemptLimits _limits;
    private readonly BrowserDevices _devices;

    internal PersonSignUp(AccountCreation accounts, AttemptLimits limits, BrowserDevices devices) =>
        (_accounts, _limits, _devices) = (accounts, limits, devices);

    internal async Task<SignInResult> SignUpAsync(
        Contracts.Auth.SignUp command, IMessageBus bus, CancellationToken cancellationToken)
    {
        await _limits.CountAsync(AttemptLimit.SignUp, command.Address);
        NewPassword.Require(command.Password);
        var invite = string.IsNullOrWhiteSpace(command.InviteCode) ? null : command.InviteCode.Trim();
        var request = new AccountRequest(
            command.Handle, command.Email.Trim(), command.Password, invite, command.Address, command.UserAgent,
            RecoveryKey: command.RecoveryKey, Proof: command.Proof);
        var created = await _accounts.CreateAsync(request, bus, cancellationToken);
        await _devices.SignInAsync(command.DeviceId, created.Did, command.Remember, cancellationToken);
        return new SignInResult(created.Did, null);
    }
}
