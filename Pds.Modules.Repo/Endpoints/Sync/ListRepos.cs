using System.ComponentModel.DataAnnotations;
using System.Globalization;
using AtProto;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Repo.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Endpoints.Sync;

/// <summary>Lists the repositories of this server in the order of their creation.</summary>
internal static class ListRepos
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc.MapQuery("com.atproto.sync.listRepos", HandleAsync);

    internal sealed record Output(string? Cursor, List<Repo> Repos);

    internal sealed record Repo(Did Did, Cid Head, Tid Rev, bool Active, string? Status);

    private static async Task<Output> HandleAsync(
        SyncStore repos, string? cursor, CancellationToken cancellationToken, [Range(1, 1000)] int limit = 500)
    {
        var heads = await repos.ListAsync(RepoCursor.Read(cursor), limit, cancellationToken);
        return new(
            heads.Count == limit ? heads[^1].Id.ToString(CultureInfo.InvariantCulture) : null,
            heads.ConvertAll(head => new Repo(
                head.Did, head.Cid, head.Rev, head.Status == AccountStatus.Active, Visibility.Name(head.Status))));
    }
}
