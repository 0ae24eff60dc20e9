using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Repo.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Endpoints.Sync;

/// <summary>Proves a record, or that there is none, by the commit and the nodes on the way to it.</summary>
internal static class GetRecord
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapQuery("com.atproto.sync.getRecord", HandleAsync)
        .RequireAuthorization(Access.OptionalAccount);

    private static async Task<CarResult> HandleAsync(
        Did did, Nsid collection, RecordKey rkey, Caller? caller, SyncStore repos, CancellationToken cancellationToken)
    {
        var head = await repos.RequireVisibleAsync(did, caller, cancellationToken);
        return new(await repos.ProveAsync(head.Id, collection, rkey, cancellationToken));
    }
}
