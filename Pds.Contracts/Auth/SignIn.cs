using AtProto;

namespace Pds.Contracts.Auth;

/// <summary>
/// Signs a person in with a password in a browser; answered with <see cref="SignInResult"/>. Refused with
/// <c>AuthenticationRequired</c> (wrong, or no such account: both take the same time), <c>AccountTakedown</c> or
/// <c>RateLimitExceeded</c>. App passwords do not sign in here.
/// </summary>
/// <param name="Address">The network address of the browser, for the limits.</param>
/// <param name="Identifier">Handle, DID or e-mail address as typed.</param>
/// <param name="Remember">Keeps the account in this browser beyond the visit.</param>
public sealed record SignIn(string DeviceId, string Address, string Identifier, string Password, bool Remember);

/// <summary>Either signed in, or asked for more.</summary>
/// <param name="Did">Who is signed in now; null when <paramref name="Challenge"/> has to be met first.</param>
public sealed record SignInResult(Did? Did, SecondFactorChallenge? Challenge);

/// <summary>A sign-in that waits for its second factor, for ten minutes and a few tries.</summary>
/// <param name="Ticket">Handed back with the code; opaque.</param>
/// <param name="Hint">Where the code is to be found: a masked address for mail, otherwise empty.</param>
public sealed record SecondFactorChallenge(string Ticket, SecondFactorKind Kind, string Hint);

/// <summary>What proves a sign-in beside the password.</summary>
public enum SecondFactorKind
{
    /// <summary>A code that was mailed.</summary>
    Email,

    /// <summary>A code of an authenticator app, or a recovery code in its place.</summary>
    Authenticator,
}

/// <summary>
/// Ends a sign-in that waits for its code; answered with <see cref="SignInResult"/>. Refused with <c>InvalidToken</c> (wrong
/// code), <c>ExpiredToken</c> (begin anew) or <c>RateLimitExceeded</c>.
/// </summary>
public sealed record FinishSignIn(string DeviceId, string Address, string Ticket, string Code);

/// <summary>Begins a sign-in with a passkey that names its account itself; answered with <see cref="PasskeyChallenge"/>.</summary>
public sealed record BeginPasskeySignIn(string DeviceId);

/// <summary>What a browser's <c>navigator.credentials</c> is asked with.</summary>
/// <param name="State">Handed back with the credential; opaque, good for five minutes and this device.</param>
/// <param name="OptionsJson">The options as WebAuthn's JSON form.</param>
public sealed record PasskeyChallenge(string State, string OptionsJson);

/// <summary>Ends it; answered with <see cref="SignInResult"/>, refused like <see cref="SignIn"/>.</summary>
public sealed record FinishPasskeySignIn(string DeviceId, string Address, string State, string CredentialJson, bool Remember);

/// <summary>
/// Makes an account and signs it in; answered with <see cref="SignInResult"/>. Refused with the names of
/// <c>com.atproto.server.createAccount</c>, or <c>RateLimitExceeded</c>.
/// </summary>
/// <param name="UserAgent">What the browser says it is.</param>
/// <param name="RecoveryKey">A did:key of the owner's, listed first among the rotation keys; null for none.</param>
/// <param name="Proof">What a check against robots gave the browser; null where there is none.</param>
public sealed record SignUp(
    string DeviceId,
    string Address,
    string Handle,
    string Email,
    string Password,
    string? InviteCode,
    bool Remember,
    string UserAgent = "",
    string? RecoveryKey = null,
    string? Proof = null);
