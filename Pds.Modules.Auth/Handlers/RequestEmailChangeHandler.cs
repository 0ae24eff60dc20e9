using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;
using Wolverine;

namespace Pds.Modules.Auth.Handlers;

public static class RequestEmailChangeHandler
{
    public static Task<bool> HandleAsync(
        RequestEmailChange command, Credentials credentials, IMessageBus bus, CancellationToken cancellationToken) =>
        credentials.RequestEmailChangeAsync(command.Did, bus, cancellationToken);
}
