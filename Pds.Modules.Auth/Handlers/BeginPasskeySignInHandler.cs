using Pds.Contracts.Auth;
using Pds.Modules.Auth.Passkeys;

namespace Pds.Modules.Auth.Handlers;

public static class BeginPasskeySignInHandler
{
    public static Task<PasskeyChallenge> HandleAsync(BeginPasskeySignIn command, AccountPasskeys passkeys) =>
        passkeys.BeginSignInAsync(command);
}
