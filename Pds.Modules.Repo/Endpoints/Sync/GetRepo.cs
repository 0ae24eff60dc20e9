using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Repo.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Endpoints.Sync;

/// <summary>Exports a repository, or what has come since a revision, as a CAR file.</summary>
internal static class GetRepo
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapQuery("com.atproto.sync.getRepo", HandleAsync)
        .CountAs(LoadClass.Export)
        .RequireAuthorization(Access.OptionalAccountOrTakendown);

    private static async Task<ExportResult> HandleAsync(
        Did did, Tid? since, Caller? caller, SyncStore repos, CancellationToken cancellationToken)
    {
        var head = await repos.RequireVisibleAsync(did, caller, cancellationToken);
        return new ExportResult(repos, head.Id, since);
    }
}
