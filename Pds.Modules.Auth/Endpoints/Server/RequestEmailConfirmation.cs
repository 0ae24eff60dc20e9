using AtProto.OAuth;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Accounts;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Auth.Endpoints.Server;

/// <summary>Mails a code that proves the address.</summary>
internal static class RequestEmailConfirmation
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure("com.atproto.server.requestEmailConfirmation", HandleAsync)
        .LimitByCaller(RateLimit.Mails("requestEmailConfirmation"))
        .RequireAuthorization(Access.AccountNotTakendown)
        .RequireAppScope(AccountScope.Needed(AccountScope.Email, manage: true));

    private static Task HandleAsync(
        Caller caller, EmailAddresses addresses, IMessageBus bus, CancellationToken cancellationToken)
    {
        return addresses.RequestConfirmationAsync(caller.Did, bus, cancellationToken);
    }
}
