using AtProto.OAuth;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Accounts;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Auth.Endpoints.Server;

/// <summary>Takes an account out of sight. An app that does so for its person ends with all the others.</summary>
internal static class DeactivateAccount
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure("com.atproto.server.deactivateAccount", HandleAsync)
        .RequireAuthorization(Access.FullOrTakendown)
        .RequireAppScope(AccountScope.Needed(AccountScope.Status, manage: true));

    internal sealed record Input(DateTimeOffset? DeleteAfter);

    private static Task HandleAsync(
        Input input, Caller caller, AccountLife life, IMessageBus bus, CancellationToken cancellationToken)
    {
        return life.DeactivateAsync(
            caller.Did, input.DeleteAfter, bus, cancellationToken, endsApps: caller.Kind == AccessKind.OAuth);
    }
}
