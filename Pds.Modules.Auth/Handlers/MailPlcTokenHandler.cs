using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;
using Wolverine;

namespace Pds.Modules.Auth.Handlers;

public static class MailPlcTokenHandler
{
    public static Task HandleAsync(
        MailPlcToken command, PlcTokens tokens, IMessageBus bus, CancellationToken cancellationToken) =>
        tokens.RequestAsync(command.Did, bus, cancellationToken);
}
