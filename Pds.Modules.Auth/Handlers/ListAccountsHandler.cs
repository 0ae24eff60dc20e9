using Pds.Contracts.Auth;
using Pds.Modules.Auth.Storage;

namespace Pds.Modules.Auth.Handlers;

public static class ListAccountsHandler
{
    public static Task<AccountListing> HandleAsync(
        ListAccounts query, AccountDirectoryStore accounts, CancellationToken cancellationToken) =>
        accounts.ListAsync(query, cancellationToken);
}
