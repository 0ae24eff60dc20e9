using Pds.Contracts.Auth;
using Pds.Modules.Auth.SecondFactor;

namespace Pds.Modules.Auth.Handlers;

public static class RemoveAuthenticatorHandler
{
    public static Task HandleAsync(
        RemoveAuthenticator command, SecondFactors factors, CancellationToken cancellationToken) =>
        factors.RemoveAuthenticatorAsync(command, cancellationToken);
}
