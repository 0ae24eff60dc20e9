using AtProto.OAuth;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Contracts.Repo;
using Pds.Modules.Identity.Handles;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Identity.Endpoints.Identity;

/// <summary>Gives the caller another handle, and tells the network.</summary>
internal static class UpdateHandle
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure("com.atproto.identity.updateHandle", HandleAsync)
        .LimitByCaller(RateLimit.UpdateHandle)
        .RequireAuthorization(Access.AccountNotTakendown)
        .RequireAppScope(IdentityScope.Needed(IdentityScope.Handle));

    /// <param name="Handle">As typed: not yet known to be a handle.</param>
    internal sealed record Input(string Handle);

    private static async Task HandleAsync(
        Input input, Caller caller, HandleChange change, IMessageBus bus, CancellationToken cancellationToken)
    {
        var handle = await change.ApplyAsync(caller.Did, input.Handle, cancellationToken);
        await bus.InvokeAsync(new AnnounceIdentity(caller.Did, handle), cancellationToken);
    }
}
