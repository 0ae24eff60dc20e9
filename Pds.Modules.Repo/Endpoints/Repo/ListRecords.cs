using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using AtProto;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Repo.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Endpoints.Repo;

/// <summary>Pages through a collection of a repository of this server, newest key first.</summary>
internal static class ListRecords
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc.MapQuery("com.atproto.repo.listRecords", HandleAsync);

    private static async Task<IResult> HandleAsync(
        AtIdentifier repo, Nsid collection, RecordStore records, HttpContext context, CancellationToken cancellationToken,
        [Range(1, 100)] int limit = 50, RecordKey? cursor = null, bool reverse = false)
    {
        if (await RepoParameter.ResolveAsync(repo, context) is not { } did
            || await records.ListAsync(did, collection, cursor, reverse, limit, cancellationToken) is not { } page)
        {
            throw XrpcErrors.InvalidRequest($"Could not find repo: {repo}");
        }

        return new RecordJson(writer => Write(writer, did, collection, page));
    }

    private static void Write(Utf8JsonWriter writer, Did did, Nsid collection, List<StoredRecord> page)
    {
        writer.WriteStartObject();

        // The page may not be full: a client ends on an empty one.
        if (page.Count > 0)
        {
            writer.WriteString("cursor"u8, page[^1].Rkey);
        }

        writer.WriteStartArray("records"u8);
        foreach (var record in page)
        {
            RecordJson.Write(writer, did, collection, record);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
