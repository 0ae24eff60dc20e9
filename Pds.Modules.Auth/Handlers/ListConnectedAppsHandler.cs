using Pds.Contracts.Auth;
using Pds.Modules.Auth.OAuth.Authorization;

namespace Pds.Modules.Auth.Handlers;

/// <summary>Lists the apps that may act for an account.</summary>
public static class ListConnectedAppsHandler
{
    public static Task<IReadOnlyList<ConnectedApp>> HandleAsync(
        ListConnectedApps query, ConnectedApps apps, CancellationToken cancellationToken) =>
        apps.ListAsync(query.Did, cancellationToken);
}
