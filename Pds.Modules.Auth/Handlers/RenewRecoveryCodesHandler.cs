using Pds.Contracts.Auth;
using Pds.Modules.Auth.SecondFactor;

namespace Pds.Modules.Auth.Handlers;

public static class RenewRecoveryCodesHandler
{
    public static Task<RecoveryCodes> HandleAsync(
        RenewRecoveryCodes command, SecondFactors factors, CancellationToken cancellationToken) =>
        factors.RenewRecoveryCodesAsync(command, cancellationToken);
}
