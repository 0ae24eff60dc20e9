using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Repo.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Endpoints.Sync;

/// <summary>Tells the current commit of a repository.</summary>
internal static class GetLatestCommit
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapQuery("com.atproto.sync.getLatestCommit", HandleAsync)
        .RequireAuthorization(Access.OptionalAccount);

    internal sealed record Output(Cid Cid, Tid Rev);

    private static async Task<Output> HandleAsync(
        Did did, Caller? caller, SyncStore repos, CancellationToken cancellationToken)
    {
        var head = await repos.RequireVisibleAsync(did, caller, cancellationToken);
        return new(head.Cid, head.Rev);
    }
}
