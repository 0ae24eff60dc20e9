using Pds.Contracts.Auth;
using Pds.Modules.Auth.SecondFactor;
using Wolverine;

namespace Pds.Modules.Auth.Handlers;

public static class BeginAuthenticatorHandler
{
    public static Task<AuthenticatorSetup> HandleAsync(
        BeginAuthenticator command, SecondFactors factors, IMessageBus bus, CancellationToken cancellationToken) =>
        factors.BeginAuthenticatorAsync(command.Did, bus, cancellationToken);
}
