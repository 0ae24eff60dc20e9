using Pds.Contracts.Auth;
using Pds.Modules.Auth.Storage;

namespace Pds.Modules.Auth.Handlers;

public static class CountAccountsHandler
{
    public static Task<AccountCounts> HandleAsync(
        CountAccounts query, AccountDirectoryStore accounts, CancellationToken cancellationToken) =>
        accounts.CountAsync(cancellationToken);
}
