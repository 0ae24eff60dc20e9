using AtProto;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Repo.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Endpoints.Sync;

/// <summary>Tells whether a repository is active on this server, and if not, why.</summary>
internal static class GetRepoStatus
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc.MapQuery("com.atproto.sync.getRepoStatus", HandleAsync);

    internal sealed record Output(Did Did, bool Active, string? Status, Tid? Rev);

    private static async Task<Output> HandleAsync(Did did, SyncStore repos, CancellationToken cancellationToken)
    {
        var head = await repos.RequireHereAsync(did, cancellationToken);
        return head.Status == AccountStatus.Active
            ? new(did, Active: true, Status: null, head.Rev)
            : new(did, Active: false, Visibility.Name(head.Status), Rev: null);
    }
}
