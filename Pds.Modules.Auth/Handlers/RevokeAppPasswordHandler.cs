using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;

namespace Pds.Modules.Auth.Handlers;

public static class RevokeAppPasswordHandler
{
    public static Task HandleAsync(
        RevokeAppPassword command, AppPasswords appPasswords, CancellationToken cancellationToken) =>
        appPasswords.RevokeAsync(command.Did, command.Name, cancellationToken);
}
