using System.Text.Json;
using AtProto;
using AtProto.OAuth;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Repo.Commits;
using Pds.Modules.Repo.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Endpoints.Repo;

/// <summary>Adds one record to the caller's repository.</summary>
internal static class CreateRecord
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure("com.atproto.repo.createRecord", HandleAsync)
        .LimitByCaller(RateLimit.RepoWrites, points: 3)
        .RequireAuthorization(Access.Account)
        .TellsScope("repo:<collection>?action=create")
        .WithBodyLimit(RepoWriter.MaxBodyBytes);

    internal sealed record Input(
        AtIdentifier Repo, Nsid Collection, JsonElement Record, RecordKey? Rkey, bool? Validate, Cid? SwapCommit);

    internal sealed record Output(AtUri Uri, Cid Cid, CommitMeta? Commit, ValidationStatus? ValidationStatus);

    private static async Task<Output> HandleAsync(
        Input input, Caller caller, RecordPreparer preparer, NetworkSchemas schemas, RepoWriter writer, RepoStore repos, TidClock clock,
        HttpContext context, CancellationToken cancellationToken)
    {
        await RepoParameter.RequireOwnAsync(input.Repo, caller, repos, context);
        caller.RequireRepoScope(RepoActions.Create, input.Collection);

        await ChosenKey.RequireDecentAsync(input.Rkey, context);
        var rkey = input.Rkey ?? RecordKey.Of(clock.Next());
        var known = await schemas.ForAsync(input.Collection, input.Validate, cancellationToken);
        var write = preparer.Prepare(WriteAction.Create, input.Collection, rkey, input.Record, input.Validate, schemas: known);
        var commit = await writer.ApplyAsync(
            caller.Did, [write], input.SwapCommit, replacesLinked: input.Validate != false, cancellationToken);

        return new(
            new AtUri(caller.Did, input.Collection, rkey), write.Cid, CommitMeta.Of(commit), write.ValidationStatus);
    }
}
