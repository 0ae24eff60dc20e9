using AtProto;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Accounts;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Auth.Endpoints.Server;

/// <summary>Deletes an account and all it has, by its password and a mailed code.</summary>
internal static class DeleteAccount
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure("com.atproto.server.deleteAccount", HandleAsync)
        .LimitByAddress(RateLimit.DeleteAccount);

    internal sealed record Input(Did Did, string Password, string Token);

    private static Task HandleAsync(
        Input input, HttpContext http, AccountLife life, IMessageBus bus, CancellationToken cancellationToken) =>
        life.DeleteAsync(
            input.Did, input.Password, input.Token, http.Connection.RemoteIpAddress?.ToString() ?? "", bus, cancellationToken);
}
