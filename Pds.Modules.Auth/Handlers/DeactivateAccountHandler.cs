using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;
using Wolverine;

namespace Pds.Modules.Auth.Handlers;

public static class DeactivateAccountHandler
{
    public static Task HandleAsync(
        DeactivateAccount command, AccountLife life, IMessageBus bus, CancellationToken cancellationToken) =>
        life.DeactivateAsync(command.Did, null, bus, cancellationToken);
}
