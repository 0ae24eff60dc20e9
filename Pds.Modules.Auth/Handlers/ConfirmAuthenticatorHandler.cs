using Pds.Contracts.Auth;
using Pds.Modules.Auth.SecondFactor;

namespace Pds.Modules.Auth.Handlers;

public static class ConfirmAuthenticatorHandler
{
    public static Task<RecoveryCodes> HandleAsync(
        ConfirmAuthenticator command, SecondFactors factors, CancellationToken cancellationToken) =>
        factors.ConfirmAuthenticatorAsync(command, cancellationToken);
}
