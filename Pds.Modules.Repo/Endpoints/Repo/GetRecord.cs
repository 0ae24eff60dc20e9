using AtProto;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Repo.Foreign;
using Pds.Modules.Repo.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Endpoints.Repo;

/// <summary>Reads one record: of a repository of this server, or through the AppView.</summary>
internal static class GetRecord
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc.MapQuery("com.atproto.repo.getRecord", HandleAsync);

    private static async Task<IResult> HandleAsync(
        AtIdentifier repo, Nsid collection, RecordKey rkey, Cid? cid, RecordStore records, ForeignRecordClient foreign,
        HttpContext context, CancellationToken cancellationToken)
    {
        if (await RepoParameter.ResolveAsync(repo, context) is not { } did
            || await records.FindAsync(did, collection, rkey, cancellationToken) is not (true, var record))
        {
            return Results.Bytes(
                await foreign.GetAsync(repo, collection, rkey, cid, cancellationToken), "application/json; charset=utf-8");
        }

        return record is not null && (cid is null || cid == record.Cid)
            ? new RecordJson(writer => RecordJson.Write(writer, did, collection, record))
            : throw XrpcErrors.RecordNotFound(
                new AtUri(did, collection, rkey).Value + (cid is { } version ? $" with cid: {version}" : ""));
    }
}
