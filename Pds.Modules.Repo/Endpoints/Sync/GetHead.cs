using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Repo.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Endpoints.Sync;

/// <summary>Tells the current commit under its old name, for clients that have not moved to <c>getLatestCommit</c>.</summary>
internal static class GetHead
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapQuery("com.atproto.sync.getHead", HandleAsync)
        .RequireAuthorization(Access.OptionalAccount);

    internal sealed record Output(Cid Root);

    private static async Task<Output> HandleAsync(Did did, Caller? caller, SyncStore repos, CancellationToken cancellationToken)
    {
        try
        {
            return new((await repos.RequireVisibleAsync(did, caller, cancellationToken)).Cid);
        }
        catch (XrpcException exception) when (exception.Error == "RepoNotFound")
        {
            throw XrpcErrors.BadRequest("HeadNotFound", $"Could not find root for DID: {did}");
        }
    }
}
