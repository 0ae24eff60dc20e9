using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;
using Wolverine;

namespace Pds.Modules.Auth.Handlers;

public static class RemoveAccountHandler
{
    public static Task HandleAsync(
        RemoveAccount command, AccountLife life, IMessageBus bus, CancellationToken cancellationToken) =>
        life.DeleteAsync(command.Did, bus, cancellationToken);
}
