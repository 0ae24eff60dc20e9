using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;
using Wolverine;

namespace Pds.Modules.Auth.Handlers;

public static class RequestEmailConfirmationHandler
{
    public static Task HandleAsync(
        RequestEmailConfirmation command, EmailAddresses addresses, IMessageBus bus, CancellationToken cancellationToken) =>
        addresses.RequestConfirmationAsync(command.Did, bus, cancellationToken);
}
