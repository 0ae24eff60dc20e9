using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;

namespace Pds.Modules.Auth.Handlers;

public static class ConfirmEmailHandler
{
    public static Task HandleAsync(
        ConfirmEmail command, EmailAddresses addresses, CancellationToken cancellationToken) =>
        addresses.ConfirmAsync(command.Did, command.Email, command.Token, cancellationToken);
}
