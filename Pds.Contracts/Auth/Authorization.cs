using System.Security.Claims;
using AtProto;

namespace Pds.Contracts.Auth;

/// <summary>
/// What an app asked for at the authorization endpoint, checked and ready to be answered. The endpoint leaves it among the
/// features of the request for <c>/oauth/authorize</c>.
/// </summary>
/// <param name="RequestUri">The <c>request_uri</c> of the pushed request; with the client id it names the request.</param>
/// <param name="Prompt">The <c>prompt</c> values, space separated; empty for none.</param>
public sealed record AuthorizationRequest(
    string ClientId,
    string RequestUri,
    string RedirectUri,
    string Scope,
    string Prompt,
    string? LoginHint,
    string? UiLocales,
    DateTimeOffset PushedAt);

/// <summary>
/// Asks what comes next for a request in a browser; answered with <see cref="AuthorizationStep"/>. Binds the request to the
/// first browser that opens it, and gives it five more minutes each time.
/// </summary>
public sealed record ContinueAuthorization(AuthorizationRequest Request, string DeviceId);

/// <summary>What comes next.</summary>
/// <param name="Principal">For <see cref="AuthorizationStepKind.Complete"/>: to sign in with at the OAuth scheme, which redirects with the code.</param>
/// <param name="Error">For <see cref="AuthorizationStepKind.Refuse"/>: the OAuth error to redirect with.</param>
public sealed record AuthorizationStep(
    AuthorizationStepKind Kind, ClaimsPrincipal? Principal = null, string? Error = null, string? ErrorDescription = null);

/// <summary>The page to show, or the end.</summary>
public enum AuthorizationStepKind
{
    SignIn,
    ChooseAccount,
    SignUp,

    /// <summary>The account is deactivated and must be brought back first.</summary>
    Reactivate,
    Consent,
    Complete,
    Refuse,
}

/// <summary>
/// Asks for a request that a browser has opened at <c>/oauth/authorize</c>, for the pages below it; answered with
/// <see cref="PendingAuthorization"/>, or null when it is not this browser's, used, refused or expired.
/// </summary>
public sealed record GetAuthorization(string ClientId, string RequestUri, string DeviceId);

/// <summary>A request that waits for a person.</summary>
/// <param name="Account">Who was chosen to answer it; null until then.</param>
/// <param name="Scopes">The scopes as asked, each normalized; <c>include:</c> scopes are described by <paramref name="PermissionSets"/>.</param>
/// <param name="LoginHint">Whom the app expects, as it said.</param>
/// <param name="IsLoginHintFixed">Whether only the hinted account may answer.</param>
/// <param name="RedirectOrigin">Where the browser goes afterwards, as a source for <c>form-action</c>: an origin, or a scheme with its colon.</param>
public sealed record PendingAuthorization(
    ClientView Client,
    SignedInAccount? Account,
    IReadOnlyList<string> Scopes,
    IReadOnlyList<PermissionSetView> PermissionSets,
    string? LoginHint,
    bool IsLoginHintFixed,
    string Prompt,
    string? UiLocales,
    string RedirectOrigin);

/// <summary>An app as people may see it.</summary>
/// <param name="Host">The host of the client id: the one thing about an app that is proven. For loopback clients, <c>localhost</c>.</param>
/// <param name="Name">What the app calls itself.</param>
/// <param name="LogoPath">A path of this server that gives the logo; null where there is none.</param>
/// <param name="IsTrusted">The operator vouches for it.</param>
/// <param name="IsLoopback">It runs on the person's own machine and has no identity.</param>
public sealed record ClientView(
    string ClientId, string Host, string? Name, string? LogoPath, Uri? Home, Uri? Policy, Uri? Terms, bool IsTrusted, bool IsLoopback);

/// <summary>What a permission set says of itself, and what it comes to.</summary>
/// <param name="Scope">The <c>include:</c> scope.</param>
/// <param name="Permissions">The scopes it stands for.</param>
public sealed record PermissionSetView(string Scope, string Nsid, string? Title, string? Detail, IReadOnlyList<string> Permissions);

/// <summary>Chooses who answers a request: an account that is signed in on the device. False when it is not, or must sign in again.</summary>
public sealed record ChooseAccount(string ClientId, string RequestUri, string DeviceId, Did Did);

/// <summary>
/// Grants a request as the chosen account. The browser goes on to <c>/oauth/authorize</c>, which completes it.
/// </summary>
/// <param name="Scopes">What is granted of the asked ones; must keep <c>atproto</c>.</param>
public sealed record ApproveAuthorization(string ClientId, string RequestUri, string DeviceId, IReadOnlyList<string> Scopes);

/// <summary>Refuses it: <c>access_denied</c>. The browser goes on to <c>/oauth/authorize</c>, which says so to the app.</summary>
public sealed record DenyAuthorization(string ClientId, string RequestUri, string DeviceId);

/// <summary>Asks for the apps that may act for an account; answered with a list of <see cref="ConnectedApp"/>.</summary>
public sealed record ListConnectedApps(Did Did);

/// <summary>One session of an app.</summary>
/// <param name="Client">As its metadata said last; only id and host where it is gone.</param>
public sealed record ConnectedApp(
    string SessionId, ClientView Client, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt);

/// <summary>Ends a session of an app, and with its last one the memory of the consent. False when it is not the account's.</summary>
public sealed record RevokeApp(Did Did, string SessionId);

/// <summary>
/// A request that cannot be answered to the app, for it names none that may be trusted. The endpoint leaves it among the features
/// of the request for <c>/oauth/authorize</c>, in place of <see cref="AuthorizationRequest"/>, and has set the status.
/// </summary>
/// <param name="Error">The OAuth error.</param>
/// <param name="Description">For developers, in English.</param>
public sealed record AuthorizationFailure(string Error, string Description);
