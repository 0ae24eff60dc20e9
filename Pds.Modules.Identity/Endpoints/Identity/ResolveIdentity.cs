using AtProto;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Identity.Resolution;
using Pds.Xrpc;

namespace Pds.Modules.Identity.Endpoints.Identity;

/// <summary>Gives the document of a DID or handle, and the handle if both say the same.</summary>
internal static class ResolveIdentity
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc.MapQuery("com.atproto.identity.resolveIdentity", HandleAsync);

    private static Task<IdentityInfo> HandleAsync(
        AtIdentifier identifier, Identities identities, CancellationToken cancellationToken) =>
        identities.ResolveAsync(identifier, fresh: false, cancellationToken);
}
