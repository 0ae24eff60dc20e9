using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Repo.Blobs;
using Pds.Modules.Repo.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Endpoints.Repo;

/// <summary>Takes the bytes of a blob, to be named by a record soon.</summary>
internal static class UploadBlob
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure("com.atproto.repo.uploadBlob", HandleAsync)
        .CountAs(LoadClass.Transfer)
        .LimitByAddress(RateLimit.UploadBlob)
        .RequireAuthorization(Access.AccountOrService)
        .TellsScope("blob:<media type>")
        .AcceptsBody("*/*")
        .WithBodyLimit(null);

    internal sealed record Output(Blob Blob);

    private static async Task<Output> HandleAsync(
        HttpRequest request,
        Caller caller,
        BlobStore blobs,
        IncomingBlobs incomingBlobs,
        IBlobStorage storage,
        BlobOptions options,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        caller.RequireBlobScope(MediaType.WithoutParameters(request.ContentType));

        await using var incoming = incomingBlobs.Create();
        await incoming.ReceiveAsync(request.BodyReader, options.UploadLimit, cancellationToken);

        var cid = incoming.Finish();
        var type = incoming.MediaTypeOf(request.ContentType);
        var upload = new StoredBlob(cid, type, incoming.Size, BlobKey.New(caller.Did, cid));
        await storage.KeepAsync(upload.StorageKey, incoming, type, cancellationToken);
        var known = await blobs.AddAsync(caller.Did, upload, time.GetUtcNow(), cancellationToken);
        if (known?.StorageKey != upload.StorageKey)
        {
            // These bytes were here already, or must not be: the new ones are not needed.
            await storage.DeleteAsync([upload.StorageKey], CancellationToken.None);
        }

        RepoTelemetry.BlobsReceived.Add(1);
        RepoTelemetry.BlobBytesReceived.Add(incoming.Size);
        return known switch
        {
            null => throw XrpcErrors.AccountNotFound(),
            { IsTakendown: true } => throw XrpcErrors.InvalidRequest("Blob has been takendown, cannot re-upload"),
            _ => new(new Blob(new Link(cid), known.MimeType, known.Size)),
        };
    }
}
