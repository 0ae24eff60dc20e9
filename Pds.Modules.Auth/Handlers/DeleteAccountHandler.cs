using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;
using Wolverine;

namespace Pds.Modules.Auth.Handlers;

public static class DeleteAccountHandler
{
    public static Task HandleAsync(
        DeleteAccount command, AccountLife life, IMessageBus bus, CancellationToken cancellationToken) =>
        life.DeleteAsync(command.Did, command.Password, command.Token, command.Address, bus, cancellationToken);
}
