using System.ComponentModel.DataAnnotations;
using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Repo.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Endpoints.Repo;

/// <summary>Lists the blobs that the caller's records name and whose bytes are still to be uploaded.</summary>
internal static class ListMissingBlobs
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapQuery("com.atproto.repo.listMissingBlobs", HandleAsync)
        .RequireAuthorization(Access.Account);

    internal sealed record Output(string? Cursor, List<RecordBlob> Blobs);

    internal sealed record RecordBlob(Cid Cid, AtUri RecordUri);

    private static async Task<Output> HandleAsync(
        Cid? cursor, Caller caller, BlobUseStore blobs, CancellationToken cancellationToken, [Range(1, 1000)] int limit = 500)
    {
        var missing = await blobs.ListMissingAsync(caller.Did, cursor, limit, cancellationToken);
        return new(
            missing.Count == 0 ? null : missing[^1].Cid.ToString(),
            missing.ConvertAll(use => new RecordBlob(use.Cid, new AtUri(caller.Did, use.Collection, use.Rkey))));
    }
}
