using Pds.Contracts.Auth;
using Pds.Modules.Auth.SecondFactor;

namespace Pds.Modules.Auth.Handlers;

public static class SetEmailFactorHandler
{
    public static Task HandleAsync(
        SetEmailFactor command, SecondFactors factors, CancellationToken cancellationToken) =>
        factors.SetEmailAsync(command, cancellationToken);
}
