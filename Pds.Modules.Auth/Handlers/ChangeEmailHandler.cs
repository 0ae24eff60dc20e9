using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;
using Wolverine;

namespace Pds.Modules.Auth.Handlers;

public static class ChangeEmailHandler
{
    public static Task HandleAsync(
        ChangeEmail command, EmailAddresses addresses, IMessageBus bus, CancellationToken cancellationToken) =>
        addresses.ChangeAsync(command, bus, cancellationToken);
}
