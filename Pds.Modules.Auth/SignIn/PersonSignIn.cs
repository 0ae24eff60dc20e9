using System.Security.Cryptography;
using System.Text;
using AtProto;
using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;
using Pds.Modules.Auth.Devices;
using Pds.Modules.Auth.SecondFactor;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Auth.SignIn;

/// <summary>Lets people in, by browser and password.</summary>
public sealed class PersonSignIn
{
    private const int MaxPasswordLength = 512;

    private readonly LoginFinder _logins;
    private readonly AccountStore _accounts;
    private readonly PasswordHasher _passwords;
    private readonly AttemptLimits _limits;
    private readonly SignInGuard _guard;
    private readonly BrowserDevices _devices;
    private readonly SecondFactors _factors;
    private readonly TicketStore _tickets;
    private readonly SignInLog _signIns;

    internal PersonSignIn(
        LoginFinder logins, AccountStore accounts, PasswordHasher passwords, AttemptLimits limits, SignInGuard guard,
        BrowserDevices devices, SecondFactors factors, TicketStore tickets, SignInLog signIns)
    {
        (_logins, _accounts, _passwords, _limits, _guard) = (logins, accounts, passwords, limits, guard);
        (_devices, _factors, _tickets, _signIns) = (devices, factors, tickets, signIns);
    }

    internal async Task<SignInResult> SignInAsync(
        Contracts.Auth.SignIn command, IMessageBus bus, CancellationToken cancellationToken)
    {
        var login = await _logins.FindAsync(command.Identifier, null, bus, cancellationToken);

        // An account that does not exist is guessed at as slowly as one that does.
        var attempt = await _guard.BeginAsync(login?.Account.Did.Value ?? command.Identifier, command.Address);

        var isRight = command.Password.Length <= MaxPasswordLength
            && await _passwords.VerifyAsync(command.Password, login?.PasswordHash, cancellationToken);
        if (login is null || !isRight)
        {
            _signIns.Refuse(SignInMethod.Password, login?.Account.Did);
            throw XrpcErrors.AuthenticationRequired("Invalid identifier or password");
        }

        await _guard.SucceedAsync(attempt);
        if (login.Account.Status == AccountStatus.Takendown)
        {
            throw XrpcErrors.AccountTakedown();
        }

        if (PasswordHash.IsOutdated(login.PasswordHash!))
        {
            var hash = await _passwords.HashAsync(command.Password, cancellationToken);
            await _accounts.SetPasswordAsync(login.Account.Did, hash, cancellationToken);
        }

        if (await _factors.ChallengeAsync(login.Account, bus, cancellationToken) is { } kind)
        {
            var ticket = RandomNumberGenerator.GetHexString(64, lowercase: true);
            await _tickets.AddAsync(Hash(ticket), command.DeviceId, login.Account.Did, command.Remember, cancellationToken);
            var hint = kind == SecondFactorKind.Email ? EmailAddress.Mask(login.Account.Email) : "";
            return new SignInResult(null, new SecondFactorChallenge(ticket, kind, hint));
        }

        await _devices.SignInAsync(command.DeviceId, login.Account.Did, command.Remember, cancellationToken);
        _signIns.LetIn(SignInMethod.Password, login.Account.Did);
        return new SignInResult(login.Account.Did, null);
    }

    internal async Task<SignInResult> FinishAsync(FinishSignIn command, CancellationToken cancellationToken)
    {
        await _limits.CountAsync(AttemptLimit.Address, command.Address);
        var hash = Hash(command.Ticket);
        if (await _tickets.TryAsync(hash, command.DeviceId, cancellationToken) is not var (did, remember))
        {
            throw XrpcErrors.ExpiredToken("This sign-in has expired");
        }

        await _limits.CountAsync(AttemptLimit.Account, did.Value);
        if (!await _factors.VerifyAsync(did, command.Code, cancellationToken))
        {
            _signIns.Refuse(SignInMethod.SecondFactor, did);
            throw XrpcErrors.InvalidToken("The code is not right");
        }

        await _tickets.RemoveAsync(hash, cancellationToken);
        await _devices.SignInAsync(command.DeviceId, did, remember, cancellationToken);
        _signIns.LetIn(SignInMethod.SecondFactor, did);
        return new SignInResult(did, null);
    }

    private static byte[] Hash(string ticket) => SHA256.HashData(Encoding.UTF8.GetBytes(ticket));
}
