using Pds.Contracts.Auth;
using Pds.Modules.Auth.SignIn;

namespace Pds.Modules.Auth.Handlers;

/// <summary>Ends a sign-in that waits for its code.</summary>
public static class FinishSignInHandler
{
    public static Task<SignInResult> HandleAsync(
        FinishSignIn command, PersonSignIn people, CancellationToken cancellationToken) =>
        people.FinishAsync(command, cancellationToken);
}
