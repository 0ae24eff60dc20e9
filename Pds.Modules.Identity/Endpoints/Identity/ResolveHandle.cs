using AtProto;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Identity.Handles;
using Pds.Modules.Identity.Resolution;
using Pds.Modules.Identity.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Identity.Endpoints.Identity;

/// <summary>Resolves a handle to a DID, without looking whether the DID agrees.</summary>
internal static class ResolveHandle
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc.MapQuery("com.atproto.identity.resolveHandle", HandleAsync);

    internal sealed record Output(Did Did);

    private static async Task<Output> HandleAsync(
        Handle handle,
        IdentityStore identities,
        HandleDomains domains,
        HandleCache handles,
        CancellationToken cancellationToken)
    {
        if (await identities.FindResolvableAsync(handle, cancellationToken) is { } local)
        {
            return new(local);
        }

        if (domains.Covers(handle))
        {
            throw XrpcErrors.BadRequest("HandleNotFound", "Unable to resolve handle");
        }

        return await handles.ResolveAsync(handle, fresh: false, cancellationToken) is { } did
            ? new(did)
            : throw XrpcErrors.InvalidRequest("Unable to resolve handle");
    }
}
