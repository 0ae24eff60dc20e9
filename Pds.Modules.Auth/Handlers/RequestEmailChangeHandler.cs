using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;
using Wolverine;

namespace Pds.Modules.Auth.Handlers;

public static class RequestEmailChangeHandler
{
    public static Task<bool> HandleAsync(
        RequestEmailChange command, EmailAddresses addresses, IMessageBus bus, CancellationToken cancellationToken) =>
        addresses.RequestChangeAsync(command.Did, bus, cancellationToken);
}
