using Pds.Contracts.Auth;
using Pds.Modules.Auth.OAuth.Authorization;
using Wolverine;

namespace Pds.Modules.Auth.Handlers;

/// <summary>Grants a request.</summary>
public static class ApproveAuthorizationHandler
{
    public static Task HandleAsync(
        ApproveAuthorization command, AuthorizationFlow flow, IMessageBus bus, CancellationToken cancellationToken) =>
        flow.ApproveAsync(
            command.ClientId, command.RequestUri, command.DeviceId, command.Scopes, bus, cancellationToken);
}
