using Pds.Contracts.Auth;
using Pds.Modules.Auth.Administrators;

namespace Pds.Modules.Auth.Handlers;

public static class OpenConsoleHandler
{
    public static Task<ConsoleSession?> HandleAsync(
        OpenConsole query, ConsoleSessions sessions, CancellationToken cancellationToken) =>
        sessions.OpenAsync(query.Token, cancellationToken);
}
