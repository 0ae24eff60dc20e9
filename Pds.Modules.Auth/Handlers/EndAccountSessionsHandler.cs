using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;

namespace Pds.Modules.Auth.Handlers;

public static class EndAccountSessionsHandler
{
    public static Task HandleAsync(
        EndAccountSessions command, Administration administration, CancellationToken cancellationToken) =>
        administration.EndSessionsAsync(command.Did, cancellationToken);
}
