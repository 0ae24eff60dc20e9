using AtProto;
using AtProto.Repo;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Pds.Modules.Repo.Storage;

namespace Pds.Modules.Repo.Endpoints.Sync;

/// <summary>A repository, or what has come since a revision, as a CAR file, sent as it is read: whatever its size, it never lies in memory.</summary>
internal sealed class ExportResult(SyncStore repos, long repoId, Tid? since) : IResult
{
    // It is read from the database while it is sent: who takes it drop by drop keeps a connection from others.
    private static readonly MinDataRate SlowestReader = new(bytesPerSecond: 16 * 1024, gracePeriod: TimeSpan.FromSeconds(10));

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var cancellationToken = httpContext.RequestAborted;
        if (httpContext.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = SlowestReader;
        }

        // The commit is read before the answer begins: what fails by then is still an error with a name. It is that of the moment
        // which all blocks are of, and may be newer than the head that the caller was let in by.
        await using var blocks = await repos.OpenBlocksAsync(repoId, since, cancellationToken);
        httpContext.Response.ContentType = CarWriter.MediaType;
        var writer = httpContext.Response.BodyWriter;
        blocks.WriteStartTo(writer);
        while (await blocks.ReceiveAsync())
        {
            blocks.WriteTo(writer);
            await writer.FlushAsync(cancellationToken);
        }
    }
}
