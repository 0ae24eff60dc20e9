using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;

namespace Pds.Modules.Auth.Handlers;

public static class UsePlcTokenHandler
{
    public static Task HandleAsync(UsePlcToken command, Credentials credentials, CancellationToken cancellationToken) =>
        credentials.UsePlcTokenAsync(command.Did, command.Token, cancellationToken);
}
