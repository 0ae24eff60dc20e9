using System.ComponentModel.DataAnnotations;
using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Repo.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Endpoints.Sync;

/// <summary>Lists the blobs that the records of a repository name, their bytes here or not.</summary>
internal static class ListBlobs
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapQuery("com.atproto.sync.listBlobs", HandleAsync)
        .RequireAuthorization(Access.OptionalAccountOrTakendown);

    internal sealed record Output(string? Cursor, List<Cid> Cids);

    private static async Task<Output> HandleAsync(
        Did did,
        Tid? since,
        Cid? cursor,
        Caller? caller,
        SyncStore repos,
        BlobStore blobs,
        CancellationToken cancellationToken,
        [Range(1, 1000)] int limit = 500)
    {
        var head = await repos.RequireVisibleAsync(did, caller, cancellationToken);
        var cids = await blobs.ListAsync(head.Id, cursor, since, limit, cancellationToken);
        return new(cids.Count == 0 ? null : cids[^1].ToString(), cids);
    }
}
