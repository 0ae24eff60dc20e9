using Pds.Contracts.Auth;
using Pds.Modules.Auth.Passkeys;

namespace Pds.Modules.Auth.Handlers;

public static class RemovePasskeyHandler
{
    public static Task HandleAsync(RemovePasskey command, AccountPasskeys passkeys, CancellationToken cancellationToken) =>
        passkeys.RemoveAsync(command, cancellationToken);
}
