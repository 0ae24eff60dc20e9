using Pds.Contracts.Auth;
using Pds.Modules.Auth.OAuth.Authorization;
using Wolverine;

namespace Pds.Modules.Auth.Handlers;

/// <summary>Says what comes next for a request in a browser.</summary>
public static class ContinueAuthorizationHandler
{
    public static Task<AuthorizationStep> HandleAsync(
        ContinueAuthorization command, AuthorizationFlow flow, IMessageBus bus, CancellationToken cancellationToken) =>
        flow.ContinueAsync(command.Request, command.DeviceId, bus, cancellationToken);
}
