using System.Text.Json;
using AtProto;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Identity.Lexicons;
using Pds.Xrpc;

namespace Pds.Modules.Identity.Endpoints.Lexicon;

/// <summary>Gives the schema that the owner of a name has published, and the record that it is.</summary>
internal static class ResolveLexicon
{
    private static readonly Nsid Collection = Nsid.Parse("com.atproto.lexicon.schema");

    public static void Map(IEndpointRouteBuilder xrpc) => xrpc.MapQuery("com.atproto.lexicon.resolveLexicon", HandleAsync);

    internal sealed record Output(AtUri Uri, Cid Cid, JsonElement Schema);

    private static async Task<Output> HandleAsync(Nsid nsid, LexiconCache lexicons, CancellationToken cancellationToken) =>
        await lexicons.GetAsync(nsid, fresh: false, cancellationToken) is { Authority: { } did, Cid: { } cid } lexicon
            ? new(new AtUri(did, Collection, RecordKey.Parse(nsid.Value)), cid, JsonElement.Parse(lexicon.Json.Span))
            : throw XrpcErrors.BadRequest("LexiconNotFound", $"No lexicon was resolved for {nsid}");
}
