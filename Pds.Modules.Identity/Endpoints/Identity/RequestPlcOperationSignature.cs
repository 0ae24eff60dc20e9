using AtProto.OAuth;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Contracts.Auth;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Identity.Endpoints.Identity;

/// <summary>Mails a code with which this server signs a PLC operation for the caller.</summary>
internal static class RequestPlcOperationSignature
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure("com.atproto.identity.requestPlcOperationSignature", HandleAsync)
        .RequireAuthorization(Access.FullOrTakendown)
        .RequireAppScope(IdentityScope.Needed(IdentityScope.All));

    private static Task HandleAsync(Caller caller, IMessageBus bus, CancellationToken cancellationToken)
    {
        return bus.InvokeAsync(new MailPlcToken(caller.Did), cancellationToken);
    }
}
