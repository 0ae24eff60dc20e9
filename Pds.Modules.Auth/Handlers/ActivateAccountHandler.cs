using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;
using Wolverine;

namespace Pds.Modules.Auth.Handlers;

public static class ActivateAccountHandler
{
    public static Task HandleAsync(
        ActivateAccount command, AccountLife life, IMessageBus bus, CancellationToken cancellationToken) =>
        life.ActivateAsync(command.Did, bus, cancellationToken);
}
