using Pds.Contracts.Auth;
using Pds.Modules.Auth.Passkeys;
using Wolverine;

namespace Pds.Modules.Auth.Handlers;

public static class BeginPasskeyHandler
{
    public static Task<PasskeyChallenge> HandleAsync(
        BeginPasskey command, AccountPasskeys passkeys, IMessageBus bus, CancellationToken cancellationToken) =>
        passkeys.BeginAsync(command, bus, cancellationToken);
}
