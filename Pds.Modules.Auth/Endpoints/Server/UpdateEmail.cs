using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Accounts;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Endpoints.Server;

/// <summary>Changes the address, or whether a code is mailed to it at every sign-in.</summary>
internal static class UpdateEmail
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure("com.atproto.server.updateEmail", HandleAsync)
        .RequireAuthorization(Access.FullSessionNotTakendown);

    internal sealed record Input(string Email, string? Token, bool? EmailAuthFactor);

    private static Task HandleAsync(
        Input input, Caller caller, EmailAddresses addresses, CancellationToken cancellationToken) =>
        addresses.ChangeAsync(caller.Did, input.Email, input.Token, cancellationToken, input.EmailAuthFactor);
}
