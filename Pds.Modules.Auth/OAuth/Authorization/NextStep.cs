using AtProto;
using Pds.Contracts.Auth;
using Pds.Modules.Auth.Devices;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Pds.Modules.Auth.OAuth.Authorization;

/// <summary>
/// Decides what a request needs next: the rules of <c>prompt</c> and <c>login_hint</c>, of freshness and of consent, and nothing
/// but them.
/// </summary>
internal static class NextStep
{
    private const string AccountSelectionRequired = "account_selection_required";

    /// <param name="agreed">Gives the scopes that an account has granted the app before.</param>
    /// <returns>The step, and who answers, where it is known.</returns>
    public static async Task<(AuthorizationStep Step, Did? Account)> DecideAsync(Waiting waiting, Func<Did, Task<string[]>> agreed)
    {
        if (waiting.Asks("none"))
        {
            return await DecideSilentlyAsync(waiting, agreed);
        }

        if (waiting.Chosen is { } chosen)
        {
            return (await AskAsync(waiting, chosen, agreed), chosen.Account.Did);
        }

        if (waiting.Asks("create"))
        {
            return (new AuthorizationStep(AuthorizationStepKind.SignUp), null);
        }

        if (waiting.Asks("select_account"))
        {
            return waiting.Accounts.Count == 0
                ? (Refuse(AccountSelectionRequired, "No account is signed in in this browser"), null)
                : (new AuthorizationStep(AuthorizationStepKind.ChooseAccount), null);
        }

        // An app that names its account gets on with it.
        return waiting.Present is { } present && waiting.MayAnswer(present) ? (await AskAsync(waiting, present, agreed), waiting.Expected)
            : waiting.LoginHint is null && waiting.Accounts.Count > 0 && !waiting.Asks("login")
                ? (new AuthorizationStep(AuthorizationStepKind.ChooseAccount), null)
            : (new AuthorizationStep(AuthorizationStepKind.SignIn), null);
    }

    public static AuthorizationStep Refuse(string error, string description) =>
        new(AuthorizationStepKind.Refuse, Error: error, ErrorDescription: description);

    private static async Task<(AuthorizationStep Step, Did? Account)> DecideSilentlyAsync(
        Waiting waiting, Func<Did, Task<string[]>> agreed) =>
        waiting.Present is not { IsFresh: true, Account.Status: AccountStatus.Active } present
            ? (Refuse(Errors.LoginRequired, "Login is required"), null)
        : await NeedsConsentAsync(waiting, present, agreed)
            ? (Refuse(Errors.ConsentRequired, "User consent required"), null)
        : (new AuthorizationStep(AuthorizationStepKind.Complete), waiting.Expected);

    private static async Task<AuthorizationStep> AskAsync(Waiting waiting, DeviceAccount found, Func<Did, Task<string[]>> agreed) =>
        found.Account.Status == AccountStatus.Deactivated ? new AuthorizationStep(AuthorizationStepKind.Reactivate)
        : found.Account.Status != AccountStatus.Active ? Refuse(Errors.AccessDenied, "This account is not available")
        : waiting.Request.GrantedScope is not null && waiting.Request.Did == found.Account.Did ? new AuthorizationStep(AuthorizationStepKind.Complete)
        : await NeedsConsentAsync(waiting, found, agreed) ? new AuthorizationStep(AuthorizationStepKind.Consent)
        : new AuthorizationStep(AuthorizationStepKind.Complete);

    // Anyone can pretend to be an app that does not authenticate: what was granted to one says nothing about the next.
    private static async Task<bool> NeedsConsentAsync(Waiting waiting, DeviceAccount found, Func<Did, Task<string[]>> agreed) =>
        waiting.Asks("consent")
        || waiting.Client.IsLoopback
        || (!waiting.Client.IsConfidential && !waiting.Client.IsTrusted)
        || waiting.Scopes.Except(await agreed(found.Account.Did)).Any();
}
