using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Contracts.Repo;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Auth.Endpoints.Admin;

/// <summary>Tells whether an account, a record or a blob is taken down.</summary>
internal static class GetSubjectStatus
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapQuery("com.atproto.admin.getSubjectStatus", HandleAsync)
        .RequireAuthorization(Access.Moderation);

    internal sealed record Output(Subject Subject, StatusAttribute Takedown, StatusAttribute? Deactivated = null);

    private static async Task<Output> HandleAsync(
        Did? did, AtUri? uri, Cid? blob, AdministrationStore accounts, IMessageBus bus, CancellationToken cancellationToken)
    {
        var found = (did, uri, blob) switch
        {
            (null, _, not null) => throw XrpcErrors.InvalidRequest("Must provide a did to request blob state"),
            ({ } owner, _, { } cid) => await OfBlobAsync(owner, cid, bus, cancellationToken),
            (_, { } record, _) => await OfRecordAsync(record, bus, cancellationToken),
            ({ } account, _, _) => await OfAccountAsync(account, accounts, cancellationToken),
            _ => throw XrpcErrors.InvalidRequest("No provided subject"),
        };
        return found ?? throw XrpcErrors.BadRequest("NotFound", "Subject not found");
    }

    private static async Task<Output?> OfAccountAsync(Did did, AdministrationStore accounts, CancellationToken cancellationToken) =>
        await accounts.FindAsync([did.Value], cancellationToken) is [var account]
            ? new Output(
                new Subject(Subject.Account, Did: did.Value), Attribute(account.TakedownRef),
                new StatusAttribute(account.DeactivatedAt is not null))
            : null;

    private static async Task<Output?> OfRecordAsync(AtUri uri, IMessageBus bus, CancellationToken cancellationToken) =>
        uri is { Authority.Did: { } did, Collection: { } collection, Rkey: { } rkey }
        && await bus.InvokeAsync<TakedownState?>(new GetRecordTakedown(did, collection, rkey), cancellationToken) is { } state
            ? new Output(new Subject(Subject.Record, Uri: uri.Value, Cid: state.Cid.ToString()), Attribute(state.Reference))
            : null;

    private static async Task<Output?> OfBlobAsync(Did did, Cid cid, IMessageBus bus, CancellationToken cancellationToken) =>
        await bus.InvokeAsync<TakedownState?>(new GetBlobTakedown(did, cid), cancellationToken) is { } state
            ? new Output(new Subject(Subject.Blob, Did: did.Value, Cid: cid.ToString()), Attribute(state.Reference))
            : null;

    private static StatusAttribute Attribute(string? reference) => new(reference is not null, reference);
}
