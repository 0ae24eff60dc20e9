using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;

namespace Pds.Modules.Auth.Handlers;

public static class RequestPasswordResetHandler
{
    public static Task HandleAsync(
        RequestPasswordReset command, Passwords passwords, CancellationToken cancellationToken) =>
        passwords.RequestResetAsync(command.Identifier, command.Address, cancellationToken);
}
