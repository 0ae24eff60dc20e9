using AtProto;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Repo.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Endpoints.Repo;

/// <summary>Reads one record of a repository of this server.</summary>
internal static class GetRecord
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc.MapQuery("com.atproto.repo.getRecord", HandleAsync);

    private static async Task<IResult> HandleAsync(
        AtIdentifier repo, Nsid collection, RecordKey rkey, Cid? cid, RecordStore records, HttpContext context,
        CancellationToken cancellationToken)
    {
        if (await RepoParameter.ResolveAsync(repo, context) is not { } did)
        {
            throw XrpcErrors.InvalidRequest("Could not locate record");
        }

        var (hasRepo, record) = await records.FindAsync(did, collection, rkey, cancellationToken);
        if (!hasRepo)
        {
            throw XrpcErrors.InvalidRequest("Could not locate record");
        }

        return record is not null && (cid is null || cid == record.Cid)
            ? new RecordJson(writer => RecordJson.Write(writer, did, collection, record))
            : throw XrpcErrors.RecordNotFound(
                new AtUri(did, collection, rkey).Value + (cid is { } version ? $" with cid: {version}" : ""));
    }
}
