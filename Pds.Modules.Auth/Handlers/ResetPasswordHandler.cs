using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;

namespace Pds.Modules.Auth.Handlers;

public static class ResetPasswordHandler
{
    public static Task HandleAsync(
        ResetPassword command, Credentials credentials, CancellationToken cancellationToken) =>
        credentials.ResetAsync(command.Token, command.Password, command.Address, cancellationToken);
}
