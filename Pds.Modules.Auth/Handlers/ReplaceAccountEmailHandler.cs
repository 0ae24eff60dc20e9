using AtProto;
using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;
using Wolverine;

namespace Pds.Modules.Auth.Handlers;

public static class ReplaceAccountEmailHandler
{
    public static Task HandleAsync(
        ReplaceAccountEmail command, Administration administration, IMessageBus bus, CancellationToken cancellationToken) =>
        administration.SetEmailAsync(AtIdentifier.Parse(command.Did.Value), command.Email, bus, cancellationToken);
}
