using AtProto;
using Microsoft.Extensions.Logging;

namespace Pds.Modules.Auth.SignIn;

/// <summary>Who came to the door, and whether the door was opened: a line and a count each.</summary>
internal sealed partial class SignInLog(ILogger<SignInLog> log)
{
    private const string Nobody = "no account";

    public void LetIn(SignInMethod method, Did account) => Note(method, "success", account.Value);

    /// <param name="account">Whose door it was; null where there is no such account.</param>
    public void Refuse(SignInMethod method, Did? account) => Note(method, "refusal", account?.Value ?? Nobody);

    private void Note(SignInMethod method, string outcome, string account)
    {
        var name = NameOf(method);
        AuthTelemetry.SignIns.Add(1, new("method", name), new("outcome", outcome));
        Log.SignIn(log, account, name, outcome);
    }

    private static string NameOf(SignInMethod method) => method switch
    {
        SignInMethod.Password => "password",
        SignInMethod.AppPassword => "app_password",
        SignInMethod.SecondFactor => "second_factor",
        SignInMethod.Passkey => "passkey",
        SignInMethod.App => "oauth",
        _ => "sign_up",
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Sign-in to {Account} by {Method}: {Outcome}")]
        public static partial void SignIn(ILogger logger, string account, string method, string outcome);
    }
}
