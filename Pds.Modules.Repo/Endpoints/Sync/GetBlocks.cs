using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Repo.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Endpoints.Sync;

/// <summary>Gives blocks of a repository by their CIDs.</summary>
internal static class GetBlocks
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapQuery("com.atproto.sync.getBlocks", HandleAsync)
        .RequireAuthorization(Access.OptionalAccount);

    private static async Task<CarResult> HandleAsync(
        Did did, Cid[] cids, Caller? caller, SyncStore repos, CancellationToken cancellationToken)
    {
        var head = await repos.RequireVisibleAsync(did, caller, cancellationToken);
        var blocks = await repos.FindBlocksAsync(head.Id, cids, cancellationToken);

        var missing = new HashSet<Cid>(cids);
        missing.ExceptWith(blocks.ConvertAll(block => block.Cid));
        return missing.Count == 0
            ? new CarResult(blocks, hasRoot: false)
            : throw XrpcErrors.InvalidRequest($"Could not find cids: {string.Join(',', missing)}");
    }
}
