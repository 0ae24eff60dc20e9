using Pds.Contracts.Auth;
using Pds.Modules.Auth.SecondFactor;

namespace Pds.Modules.Auth.Handlers;

public static class GetSecondFactorHandler
{
    public static Task<SecondFactorState> HandleAsync(
        GetSecondFactor command, SecondFactors factors, CancellationToken cancellationToken) =>
        factors.GetAsync(command.Did, cancellationToken);
}
