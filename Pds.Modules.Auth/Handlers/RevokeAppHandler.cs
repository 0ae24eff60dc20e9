using Pds.Contracts.Auth;
using Pds.Modules.Auth.OAuth.Sessions;

namespace Pds.Modules.Auth.Handlers;

/// <summary>Ends a session of an app.</summary>
public static class RevokeAppHandler
{
    public static Task<bool> HandleAsync(RevokeApp command, OAuthSessions sessions, CancellationToken cancellationToken) =>
        sessions.DisconnectAsync(command.Did, command.SessionId, cancellationToken);
}
