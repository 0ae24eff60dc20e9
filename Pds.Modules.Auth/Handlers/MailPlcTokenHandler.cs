using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;
using Wolverine;

namespace Pds.Modules.Auth.Handlers;

public static class MailPlcTokenHandler
{
    public static Task HandleAsync(
        MailPlcToken command, Credentials credentials, IMessageBus bus, CancellationToken cancellationToken) =>
        credentials.RequestPlcTokenAsync(command.Did, bus, cancellationToken);
}
