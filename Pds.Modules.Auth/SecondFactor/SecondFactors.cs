using System.Security.Cryptography;
using System.Text;
using AtProto;
using Microsoft.AspNetCore.DataProtection;
using OtpNet;
using Pds.Contracts.Auth;
using Pds.Contracts.Identity;
using Pds.Modules.Auth.Accounts;
using Pds.Modules.Auth.Mail;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;
using QRCoder;
using Wolverine;

namespace Pds.Modules.Auth.SecondFactor;

/// <summary>Codes by mail, authenticators (RFC 6238) and the codes that stand in for them.</summary>
public sealed class SecondFactors
{
    private const int SecretLength = 20;
    private const int RecoveryCodeCount = 10;
    private const string RecoveryAlphabet = "abcdefghjkmnpqrstuvwxyz23456789";

    private static readonly VerificationWindow Window = new(previous: 1, future: 1);

    private readonly SecondFactorStore _store;
    private readonly PasskeyStore _passkeys;
    private readonly AccountStore _accounts;
    private readonly MailedCodes _codes;
    private readonly PasswordCheck _check;
    private readonly SecurityNotices _notices;
    private readonly IDataProtector _protector;
    private readonly ServiceOptions _service;
    private readonly TimeProvider _time;

    internal SecondFactors(
        SecondFactorStore store, PasskeyStore passkeys, AccountStore accounts, MailedCodes codes, PasswordCheck check,
        IDataProtectionProvider protection, SecurityNotices notices, ServiceOptions service, TimeProvider time)
    {
        (_store, _passkeys, _accounts, _codes, _check, _notices) = (store, passkeys, accounts, codes, check, notices);
        (_protector, _service, _time) = (protection.CreateProtector("auth.authenticator"), service, time);
    }

    internal async Task<SecondFactorState> GetAsync(Did did, CancellationToken cancellationToken)
    {
        var factors = await _store.FindAsync(did, cancellationToken);
        var passkeys = await _passkeys.ListAsync(did, cancellationToken);
        return new SecondFactorState(factors.HasEmail, factors.HasAuthenticator, factors.RecoveryCodes, passkeys);
    }

    internal async Task SetEmailAsync(SetEmailFactor command, CancellationToken cancellationToken)
    {
        await _check.RequireAsync(command.Did, command.Password, command.Address, cancellationToken);
        if (command.IsOn && await _accounts.FindAsync(command.Did, cancellationToken) is not { EmailConfirmed: true })
        {
            throw XrpcErrors.BadRequest("InvalidEmail", "The email address has to be confirmed first");
        }

        await _store.SetEmailAsync(command.Did, command.IsOn, cancellationToken);
        await _notices.TellAsync(command.Did, SecurityNotice.Factor, cancellationToken);
    }

    internal async Task<AuthenticatorSetup> BeginAuthenticatorAsync(Did did, IMessageBus bus, CancellationToken cancellationToken)
    {
        var secret = RandomNumberGenerator.GetBytes(SecretLength);
        if (!await _store.BeginAsync(did, _protector.Protect(secret), cancellationToken))
        {
            throw XrpcErrors.InvalidRequest("An authenticator is on already");
        }

        var identity = await bus.InvokeAsync<LocalIdentity?>(new GetIdentity(did), cancellationToken);
        var text = Base32Encoding.ToString(secret);
        var uri = new OtpUri(OtpType.Totp, text, identity?.Handle.Value ?? did.Value, _service.Name).ToString();
        using var qr = QRCodeGenerator.GenerateQrCode(uri, QRCodeGenerator.ECCLevel.M);
        var svg = new SvgQRCode(qr).GetGraphic(4, "#000000", "#ffffff", drawQuietZones: true, SvgQRCode.SizingMode.ViewBoxAttribute);
        return new AuthenticatorSetup(string.Join(' ', text.Chunk(4).Select(part => new string(part))), uri, svg);
    }

    internal async Task<RecoveryCodes> ConfirmAuthenticatorAsync(ConfirmAuthenticator command, CancellationToken cancellationToken)
    {
        var factors = await _store.FindAsync(command.Did, cancellationToken);
        if (factors.HasAuthenticator || !await VerifyTotpAsync(command.Did, factors, command.Code, cancellationToken))
        {
            throw XrpcErrors.InvalidToken("The code is not right");
        }

        await _notices.TellAsync(command.Did, SecurityNotice.Factor, cancellationToken);
        return await NewRecoveryCodesAsync(command.Did, cancellationToken);
    }

    internal async Task<RecoveryCodes> RenewRecoveryCodesAsync(RenewRecoveryCodes command, CancellationToken cancellationToken)
    {
        await _check.RequireAsync(command.Did, command.Password, command.Address, cancellationToken);
        return (await _store.FindAsync(command.Did, cancellationToken)).HasAuthenticator
            ? await NewRecoveryCodesAsync(command.Did, cancellationToken)
            : throw XrpcErrors.InvalidRequest("There is no authenticator");
    }

    internal async Task RemoveAuthenticatorAsync(RemoveAuthenticator command, CancellationToken cancellationToken)
    {
        await _check.RequireAsync(command.Did, command.Password, command.Address, cancellationToken);
        await _store.RemoveAsync(command.Did, cancellationToken);
        await _notices.TellAsync(command.Did, SecurityNotice.Factor, cancellationToken);
    }

    /// <summary>What an account is asked for after its password; null when nothing. A code by mail is on its way then.</summary>
    internal async Task<SecondFactorKind?> ChallengeAsync(Account account, IMessageBus bus, CancellationToken cancellationToken)
    {
        var factors = await _store.FindAsync(account.Did, cancellationToken);
        if (factors.HasAuthenticator)
        {
            return SecondFactorKind.Authenticator;
        }

        if (!factors.HasEmail)
        {
            return null;
        }

        await _codes.SendAsync(account, MailPurpose.SignIn, bus, cancellationToken);
        return SecondFactorKind.Email;
    }

    /// <summary>Whether a code is right; it is used up then.</summary>
    internal async Task<bool> VerifyAsync(Did did, string code, CancellationToken cancellationToken)
    {
        var factors = await _store.FindAsync(did, cancellationToken);
        if (factors.HasAuthenticator)
        {
            return await VerifyTotpAsync(did, factors, code, cancellationToken)
                || await _store.UseRecoveryCodeAsync(did, HashRecoveryCode(did, code), cancellationToken);
        }

        if (!factors.HasEmail)
        {
            return false;
        }

        await _codes.UseAsync(did, MailPurpose.SignIn, code, cancellationToken);
        return true;
    }

    private async Task<bool> VerifyTotpAsync(Did did, Factors factors, string code, CancellationToken cancellationToken)
    {
        var digits = new string([.. code.Take(16).Where(char.IsAsciiDigit)]);
        if (factors.Secret is null || digits.Length != 6)
        {
            return false;
        }

        var totp = new Totp(_protector.Unprotect(factors.Secret));
        return totp.VerifyTotp(_time.GetUtcNow().UtcDateTime, digits, out var step, Window)
            && step > factors.LastStep
            && await _store.UseStepAsync(did, step, cancellationToken);
    }

    private async Task<RecoveryCodes> NewRecoveryCodesAsync(Did did, CancellationToken cancellationToken)
    {
        var codes = new string[RecoveryCodeCount];
        for (var i = 0; i < codes.Length; i++)
        {
            var text = RandomNumberGenerator.GetString(RecoveryAlphabet, 12);
            codes[i] = $"{text[..4]}-{text[4..8]}-{text[8..]}";
        }

        await _store.SetRecoveryCodesAsync(did, Array.ConvertAll(codes, code => HashRecoveryCode(did, code)), cancellationToken);
        return new RecoveryCodes(codes);
    }

    // 59 bits of chance: no slow hash is needed.
    private static byte[] HashRecoveryCode(Did did, string typed) => SHA256.HashData(
        Encoding.UTF8.GetBytes($"{did} {new string([.. typed.Take(64).Where(char.IsAsciiLetterOrDigit)]).ToLowerInvariant()}"));
}
