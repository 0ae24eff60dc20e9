using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;
using Wolverine;

namespace Pds.Modules.Auth.Handlers;

public static class RequestPasswordResetHandler
{
    public static Task HandleAsync(
        RequestPasswordReset command, Credentials credentials, IMessageBus bus, CancellationToken cancellationToken) =>
        credentials.RequestResetAsync(command.Identifier, command.Address, bus, cancellationToken);
}
