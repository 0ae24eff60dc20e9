using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Repo.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Endpoints.Sync;

/// <summary>Exports a repository under its old name, for clients that have not moved to <c>getRepo</c>.</summary>
internal static class GetCheckout
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapQuery("com.atproto.sync.getCheckout", HandleAsync)
        .RequireAuthorization(Access.OptionalAccount);

    private static async Task<ExportResult> HandleAsync(
        Did did, Caller? caller, SyncStore repos, CancellationToken cancellationToken)
    {
        var head = await repos.RequireVisibleAsync(did, caller, cancellationToken);
        return new ExportResult(repos, head.Id, since: null);
    }
}
