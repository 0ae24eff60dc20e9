using Pds.Contracts.Repo;
using Pds.Modules.Repo.Keys;

namespace Pds.Modules.Repo.Handlers;

public static class SignServiceTokenHandler
{
    public static Task<SignedServiceToken?> HandleAsync(
        SignServiceToken query, ServiceTokens tokens, CancellationToken cancellationToken) =>
        tokens.SignAsync(query, cancellationToken);
}
