using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Accounts;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Auth.Endpoints.Server;

/// <summary>Brings an account back, or puts it to work after a move, once the network looks for it here.</summary>
internal static class ActivateAccount
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure("com.atproto.server.activateAccount", HandleAsync)
        .RequireAuthorization(Access.FullSession);

    private static Task HandleAsync(
        Caller caller, AccountLife life, IMessageBus bus, CancellationToken cancellationToken) =>
        life.ActivateAsync(caller.Did, bus, cancellationToken);
}
