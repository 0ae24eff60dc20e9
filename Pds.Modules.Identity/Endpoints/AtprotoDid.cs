using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Identity.Handles;
using Pds.Modules.Identity.Storage;

namespace Pds.Modules.Identity.Endpoints;

/// <summary>Proves the handles of this server's accounts: the DID of the account whose handle is the host name.</summary>
internal static class AtprotoDid
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/.well-known/atproto-did", HandleAsync);

    private static async Task<IResult> HandleAsync(
        HttpContext context, IdentityStore identities, HandleDomains domains, CancellationToken cancellationToken)
    {
        var did = Handle.TryParse(context.Request.Host.Host, out var handle) && domains.Covers(handle)
            ? await identities.FindResolvableAsync(handle, cancellationToken)
            : null;
        return did is { } found
            ? Results.Text(found.Value)
            : Results.Text("User not found", statusCode: StatusCodes.Status404NotFound);
    }
}
