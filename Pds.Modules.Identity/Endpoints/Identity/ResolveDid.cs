using System.Text.Json;
using AtProto;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Identity.Resolution;
using Pds.Xrpc;

namespace Pds.Modules.Identity.Endpoints.Identity;

/// <summary>Gives the document of a DID, without looking whether its handle agrees.</summary>
internal static class ResolveDid
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc.MapQuery("com.atproto.identity.resolveDid", HandleAsync);

    internal sealed record Output(JsonElement DidDoc);

    private static async Task<Output> HandleAsync(Did did, Identities identities, CancellationToken cancellationToken) =>
        new(JsonElement.Parse(await identities.GetDocumentAsync(did, fresh: false, cancellationToken)));
}
