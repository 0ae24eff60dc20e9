using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;

namespace Pds.Modules.Auth.Handlers;

public static class ListAppPasswordsHandler
{
    public static Task<IReadOnlyList<AppPasswordSummary>> HandleAsync(
        ListAppPasswords query, AppPasswords appPasswords, CancellationToken cancellationToken) =>
        appPasswords.ListAsync(query.Did, cancellationToken);
}
