using System.Text.Json;
using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Contracts.Repo;
using Pds.Modules.Auth.Accounts;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Auth.Endpoints.Admin;

/// <summary>Takes an account, a record or a blob down, or lets it be seen again; deactivates an account, or activates it.</summary>
internal static class UpdateSubjectStatus
{
    private const string Method = "com.atproto.admin.updateSubjectStatus";

    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure(Method, HandleAsync)
        .RequireAuthorization(Access.Moderation);

    internal sealed record Input(JsonElement Subject, StatusAttribute? Takedown, StatusAttribute? Deactivated);

    internal sealed record Output(JsonElement Subject, StatusAttribute? Takedown);

    private static async Task<Output> HandleAsync(
        Input input, Caller caller, Administration administration, AuditStore audit, IMessageBus bus, HttpContext http,
        CancellationToken cancellationToken)
    {
        var subject = Subject.Read(input.Subject);
        if (subject.Type is not (Subject.Account or Subject.Record or Subject.Blob))
        {
            throw XrpcErrors.InvalidRequest($"Invalid subject ({subject.Type})");
        }

        if (input is { Takedown.Applied: true, Deactivated.Applied: false })
        {
            throw XrpcErrors.InvalidRequest("Cannot activate and takedown an account at the same time");
        }

        if (input.Takedown is { } takedown)
        {
            var reference = takedown.Applied ? takedown.Ref ?? administration.NewReference() : null;
            await SetTakedownAsync(subject, reference, administration, bus, cancellationToken);
        }

        if (subject is { Type: Subject.Account })
        {
            await SetLifeAsync(DidOf(subject), input, administration, bus, cancellationToken);
        }

        await audit.AddAsync(Audit.Note(caller, http, Method, subject.Name, Describe(input)), CancellationToken.None);
        return new Output(input.Subject, input.Takedown);
    }

    private static async Task SetTakedownAsync(
        Subject subject, string? reference, Administration administration, IMessageBus bus, CancellationToken cancellationToken)
    {
        switch (subject.Type)
        {
            case Subject.Account:
                await administration.SetTakedownAsync(DidOf(subject), reference, bus, cancellationToken);
                break;
            case Subject.Record:
                if (!AtUri.TryParse(subject.Uri, out var uri)
                    || uri is not { Authority.Did: { } did, Collection: { } collection, Rkey: { } rkey })
                {
                    throw XrpcErrors.InvalidRequest("Input/subject/uri must be the URI of a record, by the DID of its repository");
                }

                await bus.InvokeAsync(new SetRecordTakedown(did, collection, rkey, reference), cancellationToken);
                break;
            case Subject.Blob:
            default:
                if (!Cid.TryParse(subject.Cid, out var cid))
                {
                    throw XrpcErrors.InvalidRequest("Input/subject/cid must be a cid");
                }

                await bus.InvokeAsync(new SetBlobTakedown(DidOf(subject), cid, reference), cancellationToken);
                break;
        }
    }

    private static async Task SetLifeAsync(
        Did did, Input input, Administration administration, IMessageBus bus, CancellationToken cancellationToken)
    {
        switch (input)
        {
            case { Deactivated: { } deactivated }:
                await administration.SetDeactivationAsync(did, deactivated.Applied, bus, cancellationToken);
                break;
            case { Takedown: null }:
                await administration.AnnounceStatusAsync(did, bus, cancellationToken);
                break;
        }
    }

    private static Did DidOf(Subject subject) =>
        Did.TryParse(subject.Did, out var did) ? did : throw XrpcErrors.InvalidRequest("Input/subject/did must be a did");

    private static string Describe(Input input) =>
        $"{(input.Takedown is { } takedown ? $"takedown {(takedown.Applied ? "applied" : "reversed")} {takedown.Ref} " : "")}"
        + $"{(input.Deactivated is { } deactivated ? (deactivated.Applied ? "deactivated" : "activated") : "")}";
}
