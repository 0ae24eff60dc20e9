using Pds.Contracts.Repo;
using Pds.Modules.Repo.Storage;

namespace Pds.Modules.Repo.Handlers;

public static class GetStorageFiguresHandler
{
    public static Task<StorageFigures> HandleAsync(
        GetStorageFigures query, FigureStore figures, BlobOptions options, CancellationToken cancellationToken)
    {
        var blobStore = options switch
        {
            { S3Bucket: not null } => "S3",
            { AzureConnectionString: not null } => "Azure",
            _ => "disk",
        };
        return figures.GetAsync(blobStore, cancellationToken);
    }
}
