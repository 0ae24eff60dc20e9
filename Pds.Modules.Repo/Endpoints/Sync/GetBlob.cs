using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Pds.Modules.Repo.Blobs;
using Pds.Modules.Repo.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Endpoints.Sync;

/// <summary>Gives the bytes of a blob, in such a way that no browser runs or shows them as a page of this server.</summary>
internal static class GetBlob
{
    // The bytes of a CID never change, but a takedown has to arrive some day.
    private const string ForAll = "public, max-age=3600";
    private const string ForOwner = "private, no-store";

    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapQuery("com.atproto.sync.getBlob", HandleAsync)
        .CountAs(LoadClass.Transfer)
        .RequireAuthorization(Access.OptionalAccountOrTakendown);

    private static async Task<IResult> HandleAsync(
        Did did,
        Cid cid,
        bool? direct,
        Caller? caller,
        SyncStore repos,
        IBlobStorage storage,
        BlobOptions options,
        HttpContext http,
        CancellationToken cancellationToken)
    {
        var (head, blob) = await repos.FindBlobAsync(did, cid, cancellationToken);
        Visibility.RequireVisible(head, did, caller);
        if (blob is null || blob.IsTakendown)
        {
            throw NotFound();
        }

        // What only its owner or the administrator may see is nothing for a CDN.
        if (options.CdnUrl is { } cdn && direct != true && caller is null)
        {
            return Results.Redirect(cdn
                .Replace("{did}", Uri.EscapeDataString(did.Value), StringComparison.Ordinal)
                .Replace("{cid}", cid.ToString(), StringComparison.Ordinal));
        }

        var bytes = await storage.OpenAsync(blob.StorageKey, blob.Size, cancellationToken) ?? throw NotFound();

        RepoTelemetry.BlobsServed.Add(1);
        RepoTelemetry.BlobBytesServed.Add(blob.Size);
        var headers = http.Response.Headers;
        headers.CacheControl = caller is null ? ForAll : ForOwner;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        headers.ContentDisposition = $"attachment; filename=\"{cid}\"";
        return Results.Stream(
            bytes, blob.MimeType, entityTag: new EntityTagHeaderValue($"\"{cid}\""), enableRangeProcessing: true);
    }

    private static XrpcException NotFound() => XrpcErrors.BadRequest("BlobNotFound", "Blob not found");
}
