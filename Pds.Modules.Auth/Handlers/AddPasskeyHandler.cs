using Pds.Contracts.Auth;
using Pds.Modules.Auth.Passkeys;

namespace Pds.Modules.Auth.Handlers;

public static class AddPasskeyHandler
{
    public static Task<PasskeySummary> HandleAsync(
        AddPasskey command, AccountPasskeys passkeys, CancellationToken cancellationToken) =>
        passkeys.AddAsync(command, cancellationToken);
}
