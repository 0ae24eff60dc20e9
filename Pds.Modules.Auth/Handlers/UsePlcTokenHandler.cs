using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;

namespace Pds.Modules.Auth.Handlers;

public static class UsePlcTokenHandler
{
    public static Task HandleAsync(UsePlcToken command, PlcTokens tokens, CancellationToken cancellationToken) =>
        tokens.UseAsync(command.Did, command.Token, cancellationToken);
}
