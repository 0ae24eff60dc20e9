using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;

namespace Pds.Modules.Auth.Handlers;

public static class ChangeEmailHandler
{
    public static Task HandleAsync(
        ChangeEmail command, Credentials credentials, CancellationToken cancellationToken) =>
        credentials.ChangeEmailAsync(command.Did, command.Email, command.Token, cancellationToken);
}
