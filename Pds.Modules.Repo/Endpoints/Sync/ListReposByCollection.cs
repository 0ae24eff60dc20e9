using System.ComponentModel.DataAnnotations;
using System.Globalization;
using AtProto;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Repo.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Endpoints.Sync;

/// <summary>
/// Lists the active repositories of this server that have records of a collection. A page may be short or empty and still have
/// a cursor: where few have such records, it ends after so many were looked at.
/// </summary>
internal static class ListReposByCollection
{
    public static void Map(IEndpointRouteBuilder xrpc) =>
        xrpc.MapQuery("com.atproto.sync.listReposByCollection", HandleAsync);

    internal sealed record Output(string? Cursor, List<Holder> Repos);

    internal sealed record Holder(Did Did);

    private static async Task<Output> HandleAsync(
        Nsid collection, SyncStore repos, string? cursor, CancellationToken cancellationToken, [Range(1, 2000)] int limit = 500)
    {
        var (dids, next) = await repos.ListByCollectionAsync(collection, RepoCursor.Read(cursor), limit, cancellationToken);
        return new(next?.ToString(CultureInfo.InvariantCulture), dids.ConvertAll(did => new Holder(did)));
    }
}
