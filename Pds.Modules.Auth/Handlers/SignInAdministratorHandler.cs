using Pds.Contracts.Auth;
using Pds.Modules.Auth.Administrators;

namespace Pds.Modules.Auth.Handlers;

public static class SignInAdministratorHandler
{
    public static Task<string> HandleAsync(
        SignInAdministrator command, ConsoleSessions sessions, CancellationToken cancellationToken) =>
        sessions.SignInAsync(command, cancellationToken);
}
