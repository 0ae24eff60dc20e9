using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;

namespace Pds.Modules.Auth.Handlers;

public static class ConfirmEmailHandler
{
    public static Task HandleAsync(
        ConfirmEmail command, Credentials credentials, CancellationToken cancellationToken) =>
        credentials.ConfirmAsync(command.Did, command.Email, command.Token, cancellationToken);
}
