using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Contracts.Repo;
using Pds.Modules.Identity.Resolution;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Identity.Endpoints.Identity;

/// <summary>Looks an identity up anew. Of the caller's own, the network is told that it may have changed.</summary>
internal static class RefreshIdentity
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure("com.atproto.identity.refreshIdentity", HandleAsync)
        .RequireAuthorization(Access.Account);

    internal sealed record Input(AtIdentifier Identifier);

    private static async Task<IdentityInfo> HandleAsync(
        Input input, Caller caller, Identities identities, IMessageBus bus, CancellationToken cancellationToken)
    {
        var found = await identities.ResolveAsync(input.Identifier, fresh: true, cancellationToken);
        if (found.Did == caller.Did)
        {
            await bus.InvokeAsync(
                new AnnounceIdentity(found.Did, found.Handle == Handle.Invalid ? null : found.Handle), cancellationToken);
        }

        return found;
    }
}
