using Pds.Contracts.Auth;
using Pds.Modules.Auth.Passkeys;

namespace Pds.Modules.Auth.Handlers;

public static class FinishPasskeySignInHandler
{
    public static Task<SignInResult> HandleAsync(
        FinishPasskeySignIn command, AccountPasskeys passkeys, CancellationToken cancellationToken) =>
        passkeys.FinishSignInAsync(command, cancellationToken);
}
