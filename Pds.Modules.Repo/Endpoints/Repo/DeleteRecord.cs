using AtProto;
using AtProto.OAuth;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Repo.Commits;
using Pds.Modules.Repo.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Endpoints.Repo;

/// <summary>Deletes one record of the caller's repository. That there is none is fine.</summary>
internal static class DeleteRecord
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure("com.atproto.repo.deleteRecord", HandleAsync)
        .LimitByCaller(RateLimit.RepoWrites, points: 1)
        .RequireAuthorization(Access.Account)
        .TellsScope("repo:<collection>?action=delete");

    internal sealed record Input(AtIdentifier Repo, Nsid Collection, RecordKey Rkey, Cid? SwapRecord, Cid? SwapCommit);

    internal sealed record Output(CommitMeta? Commit);

    private static async Task<Output> HandleAsync(
        Input input, Caller caller, RepoWriter writer, RepoStore repos, HttpContext context,
        CancellationToken cancellationToken)
    {
        await RepoParameter.RequireOwnAsync(input.Repo, caller, repos, context);
        caller.RequireRepoScope(RepoActions.Delete, input.Collection);

        SwapRecord? swap = input.SwapRecord is { } expected ? new SwapRecord(expected) : null;
        var write = PreparedWrite.Delete(input.Collection, input.Rkey, WriteAction.DeleteIfPresent, swap);
        var commit = await writer.ApplyAsync(
            caller.Did, [write], input.SwapCommit, replacesLinked: false, cancellationToken);

        return new(CommitMeta.Of(commit));
    }
}
