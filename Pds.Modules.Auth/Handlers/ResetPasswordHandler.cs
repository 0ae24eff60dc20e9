using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;

namespace Pds.Modules.Auth.Handlers;

public static class ResetPasswordHandler
{
    public static Task HandleAsync(
        ResetPassword command, Passwords passwords, CancellationToken cancellationToken) =>
        passwords.ResetAsync(command.Token, command.Password, command.Address, cancellationToken);
}
