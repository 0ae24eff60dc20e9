using Pds.Contracts.Auth;
using Pds.Modules.Auth.Administrators;

namespace Pds.Modules.Auth.Handlers;

public static class SignOutAdministratorHandler
{
    public static Task HandleAsync(
        SignOutAdministrator command, ConsoleSessions sessions, CancellationToken cancellationToken) =>
        sessions.SignOutAsync(command, cancellationToken);
}
