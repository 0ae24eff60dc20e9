using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Accounts;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Auth.Endpoints.Server;

/// <summary>Mails a code with which the account can be deleted.</summary>
internal static class RequestAccountDelete
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure("com.atproto.server.requestAccountDelete", HandleAsync)
        .LimitByCaller(RateLimit.Mails("requestAccountDelete"))
        .RequireAuthorization(Access.FullSessionNotTakendown);

    private static Task HandleAsync(
        Caller caller, AccountLife life, IMessageBus bus, CancellationToken cancellationToken) =>
        life.RequestDeletionAsync(caller.Did, bus, cancellationToken);
}
