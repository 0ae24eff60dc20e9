using AtProto.Repo;
using Microsoft.AspNetCore.Http;

namespace Pds.Modules.Repo.Endpoints.Sync;

/// <summary>A CAR file of a few blocks.</summary>
/// <param name="blocks">The first is the root, unless the file has none.</param>
internal sealed class CarResult(List<Block> blocks, bool hasRoot = true) : IResult
{
    private const int FlushBytes = 64 * 1024;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = CarWriter.MediaType;
        var writer = httpContext.Response.BodyWriter;
        CarWriter.WriteHeader(writer, hasRoot && blocks.Count > 0 ? blocks[0].Cid : default);
        foreach (var block in blocks)
        {
            CarWriter.WriteBlock(writer, block.Cid, block.Bytes);
            if (writer.UnflushedBytes >= FlushBytes)
            {
                await writer.FlushAsync(httpContext.RequestAborted);
            }
        }

        await writer.FlushAsync(httpContext.RequestAborted);
    }
}
