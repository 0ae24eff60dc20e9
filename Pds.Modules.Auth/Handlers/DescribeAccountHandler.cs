using Pds.Contracts.Auth;
using Pds.Modules.Auth.Storage;

namespace Pds.Modules.Auth.Handlers;

public static class DescribeAccountHandler
{
    public static Task<AccountDescription?> HandleAsync(
        DescribeAccount query, AccountDirectoryStore accounts, CancellationToken cancellationToken) =>
        accounts.FindAsync(query.Did, cancellationToken);
}
