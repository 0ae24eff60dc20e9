using AtProto.Repo;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Pds.Modules.Repo.Endpoints.Sync;

/// <summary>A CAR file, written block by block as they come: whatever its size, it never lies in memory.</summary>
/// <param name="blocks">The first is the root, unless the file has none.</param>
internal sealed class CarResult(IAsyncEnumerable<Block> blocks, bool hasRoot = true) : IResult
{
    private const int FlushBytes = 64 * 1024;

    // A whole repository is read from the database while it is sent: who takes it drop by drop keeps a connection from others.
    private static readonly MinDataRate SlowestReader = new(bytesPerSecond: 16 * 1024, gracePeriod: TimeSpan.FromSeconds(10));

    public static CarResult Of(List<Block> blocks) => new(blocks.ToAsyncEnumerable());

    public static CarResult WithoutRoot(List<Block> blocks) => new(blocks.ToAsyncEnumerable(), hasRoot: false);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var cancellationToken = httpContext.RequestAborted;
        if (httpContext.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = SlowestReader;
        }

        await using var source = blocks.GetAsyncEnumerator(cancellationToken);

        // The first block is asked for before the answer begins: what fails by then is still an error with a name.
        var more = await source.MoveNextAsync();
        httpContext.Response.ContentType = CarWriter.MediaType;
        var writer = httpContext.Response.BodyWriter;
        if (hasRoot && more)
        {
            CarWriter.WriteHeader(writer, source.Current.Cid);
        }
        else
        {
            CarWriter.WriteHeader(writer);
        }

        for (; more; more = await source.MoveNextAsync())
        {
            CarWriter.WriteBlock(writer, source.Current.Cid, source.Current.Bytes);
            if (writer.UnflushedBytes >= FlushBytes)
            {
                await writer.FlushAsync(cancellationToken);
            }
        }

        await writer.FlushAsync(cancellationToken);
    }
}
