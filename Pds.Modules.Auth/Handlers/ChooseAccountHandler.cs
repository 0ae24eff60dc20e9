using Pds.Contracts.Auth;
using Pds.Modules.Auth.OAuth.Authorization;
using Wolverine;

namespace Pds.Modules.Auth.Handlers;

/// <summary>Sets who answers a request.</summary>
public static class ChooseAccountHandler
{
    public static Task<bool> HandleAsync(
        ChooseAccount command, AuthorizationFlow flow, IMessageBus bus, CancellationToken cancellationToken) =>
        flow.ChooseAsync(command.ClientId, command.RequestUri, command.DeviceId, command.Did, bus, cancellationToken);
}
