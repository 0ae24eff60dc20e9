using AtProto;

namespace Pds.Contracts.Auth;

/// <summary>Mails a token with which a forgotten password is replaced. Says nothing of whether the account exists.</summary>
/// <param name="Identifier">Handle, DID or e-mail address as typed.</param>
public sealed record RequestPasswordReset(string Identifier, string Address);

/// <summary>Replaces a forgotten password, ends every session of the account. Refused with <c>InvalidToken</c> or <c>ExpiredToken</c>.</summary>
public sealed record ResetPassword(string Token, string Password, string Address);

/// <summary>Changes the password; other browsers and legacy sessions are signed out. Refused with <c>AuthenticationRequired</c>.</summary>
/// <param name="DeviceId">The browser that stays signed in.</param>
public sealed record ChangePassword(Did Did, string DeviceId, string Address, string CurrentPassword, string NewPassword);

/// <summary>Asks to change the address; answered with whether a token was mailed to the present one and has to be given.</summary>
public sealed record RequestEmailChange(Did Did);

/// <summary>Changes the address. Refused with <c>TokenRequired</c>, <c>InvalidToken</c>, <c>ExpiredToken</c> or <c>InvalidRequest</c>.</summary>
public sealed record ChangeEmail(Did Did, string Email, string? Token);

/// <summary>Mails a token that proves the present address.</summary>
public sealed record RequestEmailConfirmation(Did Did);

/// <summary>Proves the present address. Refused with <c>InvalidToken</c>, <c>ExpiredToken</c> or <c>InvalidEmail</c>.</summary>
public sealed record ConfirmEmail(Did Did, string Email, string Token);

/// <summary>Asks how an account is protected; answered with <see cref="SecondFactorState"/>.</summary>
public sealed record GetSecondFactor(Did Did);

/// <summary>How an account is protected beside its password.</summary>
/// <param name="RecoveryCodesLeft">Those not used yet.</param>
public sealed record SecondFactorState(
    bool IsEmailOn, bool IsAuthenticatorOn, int RecoveryCodesLeft, IReadOnlyList<PasskeySummary> Passkeys);

/// <summary>A passkey, for its owner to recognise.</summary>
/// <param name="Id">base64url of the credential id.</param>
public sealed record PasskeySummary(string Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt);

/// <summary>Asks for a code by mail at every sign-in, or no longer. The address must be confirmed. Refused with <c>AuthenticationRequired</c> for a wrong password.</summary>
public sealed record SetEmailFactor(Did Did, string Address, bool IsOn, string Password);

/// <summary>Begins to set an authenticator up; answered with <see cref="AuthenticatorSetup"/>. Nothing is on until a code proves it.</summary>
public sealed record BeginAuthenticator(Did Did);

/// <summary>What an authenticator app is given.</summary>
/// <param name="Secret">base32, in groups for typing.</param>
/// <param name="Uri">The <c>otpauth:</c> URI.</param>
/// <param name="QrSvg">The URI as an SVG element.</param>
public sealed record AuthenticatorSetup(string Secret, string Uri, string QrSvg);

/// <summary>Turns the authenticator on; answered with new <see cref="RecoveryCodes"/>. Refused with <c>InvalidToken</c> for a wrong code.</summary>
public sealed record ConfirmAuthenticator(Did Did, string Address, string Code);

/// <summary>Codes that stand in for the authenticator, each once. Shown once.</summary>
public sealed record RecoveryCodes(IReadOnlyList<string> Codes);

/// <summary>Replaces the recovery codes; answered with <see cref="RecoveryCodes"/>. Refused with <c>AuthenticationRequired</c> for a wrong password.</summary>
public sealed record RenewRecoveryCodes(Did Did, string Address, string Password);

/// <summary>Turns the authenticator off and drops the recovery codes. Refused with <c>AuthenticationRequired</c> for a wrong password.</summary>
public sealed record RemoveAuthenticator(Did Did, string Address, string Password);

/// <summary>Begins to add a passkey; answered with <see cref="PasskeyChallenge"/>.</summary>
public sealed record BeginPasskey(Did Did, string DeviceId);

/// <summary>Adds it; answered with its <see cref="PasskeySummary"/>. Refused with <c>InvalidToken</c>.</summary>
public sealed record AddPasskey(Did Did, string DeviceId, string State, string CredentialJson, string Name);

/// <summary>Removes it. Nothing happens when there is none.</summary>
public sealed record RemovePasskey(Did Did, string Id);
