using AtProto.OAuth;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Accounts;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Endpoints.Server;

/// <summary>Proves the address by a mailed code.</summary>
internal static class ConfirmEmail
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure("com.atproto.server.confirmEmail", HandleAsync)
        .RequireAuthorization(Access.AccountNotTakendown)
        .RequireAppScope(AccountScope.Needed(AccountScope.Email, manage: true));

    internal sealed record Input(string Email, string Token);

    private static Task HandleAsync(
        Input input, Caller caller, EmailAddresses addresses, CancellationToken cancellationToken)
    {
        return addresses.ConfirmAsync(caller.Did, input.Email, input.Token, cancellationToken);
    }
}
