using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;
using Wolverine;

namespace Pds.Modules.Auth.Handlers;

public static class SetAccountTakedownHandler
{
    public static Task HandleAsync(
        SetAccountTakedown command, Administration administration, IMessageBus bus, CancellationToken cancellationToken) =>
        administration.SetTakedownAsync(
            command.Did, command.IsApplied ? command.Reference ?? administration.NewReference() : null, bus, cancellationToken);
}
