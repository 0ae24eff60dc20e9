using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;

namespace Pds.Modules.Auth.Handlers;

public static class ChangePasswordHandler
{
    public static Task HandleAsync(
        ChangePassword command, Passwords passwords, CancellationToken cancellationToken) =>
        passwords.ChangeAsync(command, cancellationToken);
}
