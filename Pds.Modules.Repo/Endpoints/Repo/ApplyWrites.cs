using System.Text.Json;
using System.Text.Json.Serialization;
using AtProto;
using AtProto.Lexicons;
using AtProto.OAuth;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Repo.Commits;
using Pds.Modules.Repo.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Endpoints.Repo;

/// <summary>Applies creates, updates and deletes to the caller's repository in one commit, all of them or none.</summary>
internal static class ApplyWrites
{
    private const string Name = "com.atproto.repo.applyWrites";

    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure(Name, HandleAsync)
        .RequireAuthorization(Access.Account)
        .TellsScope("repo:<collection> with the action of each write")
        .WithBodyLimit(RepoWriter.MaxBodyBytes);

    internal sealed record Input(AtIdentifier Repo, Write[] Writes, bool? Validate, Cid? SwapCommit);

    internal sealed record Write(
        [property: JsonPropertyName("$type")] string Type, Nsid Collection, RecordKey? Rkey, JsonElement Value = default);

    internal sealed record Output(CommitMeta? Commit, Result[] Results);

    internal sealed record Result(
        [property: JsonPropertyName("$type")] string Type, AtUri? Uri, Cid? Cid, ValidationStatus? ValidationStatus);

    private static async Task<Output> HandleAsync(
        Input input, Caller caller, RecordPreparer preparer, NetworkSchemas schemas, RepoWriter writer, RepoStore repos, TidClock clock,
        RateLimiter limiter, HttpContext context, CancellationToken cancellationToken)
    {
        await RepoParameter.RequireOwnAsync(input.Repo, caller, repos, context);
        if (input.Writes.Length > RepoWriter.MaxWrites)
        {
            throw XrpcErrors.InvalidRequest($"Too many writes. Max: {RepoWriter.MaxWrites}");
        }

        if (Array.IndexOf(input.Writes, null) is >= 0 and var empty)
        {
            throw XrpcErrors.InvalidRequest($"Error: Input/writes/{empty} must be an object");
        }

        var points = 0;
        foreach (var write in input.Writes)
        {
            caller.RequireRepoScope(ActionOf(write), write.Collection);
            points += PointsOf(write);
        }

        await limiter.SpendAsync(context, RateLimit.RepoWrites, caller.Did, points);
        foreach (var write in input.Writes)
        {
            if (ActionOf(write) != RepoActions.Delete)
            {
                await ChosenKey.RequireDecentAsync(write.Rkey, context);
            }
        }

        var known = await schemas.ForAllAsync(input.Writes, static write => write.Collection, input.Validate, cancellationToken);
        var writes = new PreparedWrite[input.Writes.Length];
        for (var i = 0; i < writes.Length; i++)
        {
            writes[i] = Prepare(input.Writes[i], input.Validate, known[i], preparer, clock);
        }

        var commit = await writer.ApplyAsync(
            caller.Did, writes, input.SwapCommit, replacesLinked: false, cancellationToken);

        return new(CommitMeta.Of(commit), Array.ConvertAll(writes, write => ResultOf(caller.Did, write)));
    }

    private static PreparedWrite Prepare(
        Write write, bool? validate, LexiconCatalog schemas, RecordPreparer preparer, TidClock clock)
    {
        switch (ActionOf(write))
        {
            case RepoActions.Create:
                var rkey = write.Rkey ?? RecordKey.Of(clock.Next());
                return preparer.Prepare(WriteAction.Create, write.Collection, rkey, write.Value, validate, schemas: schemas);
            case RepoActions.Update:
                return preparer.Prepare(WriteAction.Update, write.Collection, RequireRkey(write), write.Value, validate, schemas: schemas);
            default:
                return PreparedWrite.Delete(write.Collection, RequireRkey(write), WriteAction.Delete);
        }
    }

    private static RepoActions ActionOf(Write write) => write.Type switch
    {
        $"{Name}#create" => RepoActions.Create,
        $"{Name}#update" => RepoActions.Update,
        $"{Name}#delete" => RepoActions.Delete,
        _ => throw XrpcErrors.InvalidRequest(
            $"Error: Input/writes $type must be one of {Name}#create, {Name}#update, {Name}#delete"),
    };

    private static int PointsOf(Write write) => ActionOf(write) switch
    {
        RepoActions.Create => 3,
        RepoActions.Update => 2,
        _ => 1,
    };

    private static RecordKey RequireRkey(Write write) =>
        write.Rkey ?? throw XrpcErrors.InvalidRequest("Error: Input/writes must have the property \"rkey\"");

    private static Result ResultOf(Did did, PreparedWrite write)
    {
        AtUri? uri = write.Value is null ? null : new AtUri(did, write.Collection, write.Rkey);
        Cid? cid = write.Value is null ? null : write.Cid;
        var type = write.Action switch
        {
            WriteAction.Create => $"{Name}#createResult",
            WriteAction.Update => $"{Name}#updateResult",
            _ => $"{Name}#deleteResult",
        };
        return new(type, uri, cid, write.ValidationStatus);
    }
}
