using Pds.Contracts.Auth;
using Pds.Modules.Auth.OAuth.Authorization;

namespace Pds.Modules.Auth.Handlers;

/// <summary>Refuses a request.</summary>
public static class DenyAuthorizationHandler
{
    public static Task HandleAsync(DenyAuthorization command, AuthorizationFlow flow, CancellationToken cancellationToken) =>
        flow.DenyAsync(command.ClientId, command.RequestUri, command.DeviceId, cancellationToken);
}
