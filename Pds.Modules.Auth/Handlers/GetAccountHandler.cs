using Pds.Contracts.Auth;
using Pds.Modules.Auth.Storage;

namespace Pds.Modules.Auth.Handlers;

public static class GetAccountHandler
{
    public static Task<Account?> HandleAsync(GetAccount query, AccountStore accounts, CancellationToken cancellationToken) =>
        accounts.FindAsync(query.Did, cancellationToken);
}
