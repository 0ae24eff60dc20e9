using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;

namespace Pds.Modules.Auth.Handlers;

public static class ReplaceAccountPasswordHandler
{
    public static Task HandleAsync(
        ReplaceAccountPassword command, Administration administration, CancellationToken cancellationToken) =>
        administration.SetPasswordAsync(command.Did, command.Password, cancellationToken);
}
