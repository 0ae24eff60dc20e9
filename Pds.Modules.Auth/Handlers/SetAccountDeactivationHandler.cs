using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;
using Wolverine;

namespace Pds.Modules.Auth.Handlers;

public static class SetAccountDeactivationHandler
{
    public static Task HandleAsync(
        SetAccountDeactivation command, Administration administration, IMessageBus bus, CancellationToken cancellationToken) =>
        administration.SetDeactivationAsync(command.Did, command.IsApplied, bus, cancellationToken);
}
