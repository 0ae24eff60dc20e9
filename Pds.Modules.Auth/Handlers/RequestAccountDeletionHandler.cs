using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;
using Wolverine;

namespace Pds.Modules.Auth.Handlers;

public static class RequestAccountDeletionHandler
{
    public static Task HandleAsync(
        RequestAccountDeletion command, AccountLife life, IMessageBus bus, CancellationToken cancellationToken) =>
        life.RequestDeletionAsync(command.Did, bus, cancellationToken);
}
