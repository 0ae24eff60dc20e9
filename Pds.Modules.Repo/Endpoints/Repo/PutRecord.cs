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

/// <summary>Writes one record of the caller's repository, whether it is there or not.</summary>
internal static class PutRecord
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure("com.atproto.repo.putRecord", HandleAsync)
        .LimitByCaller(RateLimit.RepoWrites, points: 2)
        .RequireAuthorization(Access.Account)
        .TellsScope("repo:<collection>?action=create&action=update")
        .WithBodyLimit(RepoWriter.MaxBodyBytes);

    /// <param name="SwapRecord">Null and absent differ: null says that there must be no record.</param>
    internal sealed record Input(
        AtIdentifier Repo, Nsid Collection, RecordKey Rkey, JsonElement Record, bool? Validate, Cid? SwapCommit,
        JsonElement SwapRecord = default);

    internal sealed record Output(AtUri Uri, Cid Cid, CommitMeta? Commit, ValidationStatus? ValidationStatus);

    private static async Task<Output> HandleAsync(
        Input input, Caller caller, RecordPreparer preparer, NetworkSchemas schemas, LegacyPictures pictures, RepoWriter writer,
        RepoStore repos, HttpContext context, CancellationToken cancellationToken)
    {
        await RepoParameter.RequireOwnAsync(input.Repo, caller, repos, context);
        caller.RequireRepoScope(RepoActions.Create, input.Collection);
        caller.RequireRepoScope(RepoActions.Update, input.Collection);
        await ChosenKey.RequireDecentAsync(input.Rkey, context);

        var record = await pictures.RenewAsync(caller.Did, input.Collection, input.Record, cancellationToken);
        var known = await schemas.ForAsync(input.Collection, input.Validate, cancellationToken);
        var write = preparer.Prepare(
            WriteAction.Put, input.Collection, input.Rkey, record, input.Validate, ReadSwap(input.SwapRecord), known);
        var commit = await writer.ApplyAsync(
            caller.Did, [write], input.SwapCommit, replacesLinked: false, cancellationToken);

        return new(
            new AtUri(caller.Did, input.Collection, input.Rkey), write.Cid, CommitMeta.Of(commit), write.ValidationStatus);
    }

    private static SwapRecord? ReadSwap(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Undefined:
                return null;
            case JsonValueKind.Null:
                return new SwapRecord(null);
            case JsonValueKind.String when TryRead(value, out var cid):
                return new SwapRecord(cid);
            default:
                throw XrpcErrors.InvalidRequest("Error: Input/swapRecord must be a cid string");
        }
    }

    private static bool TryRead(JsonElement value, out Cid cid)
    {
        try
        {
            return Cid.TryParse(value.GetString(), out cid);
        }
        catch (InvalidOperationException)
        {
            // Half a character.
            cid = default;
            return false;
        }
    }
}
