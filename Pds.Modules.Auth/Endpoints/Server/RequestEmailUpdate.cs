using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Accounts;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Auth.Endpoints.Server;

/// <summary>Mails a code to the present address where that is confirmed.</summary>
internal static class RequestEmailUpdate
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure("com.atproto.server.requestEmailUpdate", HandleAsync)
        .LimitByCaller(RateLimit.Mails("requestEmailUpdate"))
        .RequireAuthorization(Access.FullSessionNotTakendown);

    internal sealed record Output(bool TokenRequired);

    private static async Task<Output> HandleAsync(
        Caller caller, EmailAddresses addresses, IMessageBus bus, CancellationToken cancellationToken) =>
        new(await addresses.RequestChangeAsync(caller.Did, bus, cancellationToken));
}
