using System.Runtime.CompilerServices;
using Azure;
using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Blobs;

/// <summary>Blobs as block blobs of a container in an Azure storage account.</summary>
internal sealed class AzureBlobStorage(BlobContainerClient container) : IBlobStorage
{
    /// <summary>A client of the container, by a connection string or as an identity of the surroundings.</summary>
    public static BlobContainerClient Open(BlobOptions options)
    {
        var settings = new BlobClientOptions
        {
            Retry = { Mode = RetryMode.Exponential, MaxRetries = 3, NetworkTimeout = TimeSpan.FromSeconds(30) },
        };
        return options.AzureEndpoint is { } endpoint
            ? new BlobContainerClient(
                new Uri($"{endpoint.AbsoluteUri.TrimEnd('/')}/{options.AzureContainer}"),
                new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = options.AzureIdentity }),
                settings)
            : new BlobContainerClient(options.AzureConnectionString, options.AzureContainer, settings);
    }

    public async Task KeepAsync(string key, IncomingBlob blob, string mediaType, CancellationToken cancellationToken)
    {
        await using var bytes = blob.OpenRead();
        var options = new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = mediaType } };
        await StoreTimeouts.NameAsync(container.GetBlobClient(key).UploadAsync(bytes, options, cancellationToken), cancellationToken);
    }

    public Task<Stream?> OpenAsync(string key, long size, CancellationToken cancellationToken) =>
        Task.FromResult<Stream?>(new RemoteBlobStream(size, (from, to, token) => OpenPartAsync(key, from, to, token)));

    public async IAsyncEnumerable<StoredFile> ListAsync(string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var options = new GetBlobsOptions { Prefix = $"{folder}/" };
        await foreach (var item in container.GetBlobsAsync(options, cancellationToken))
        {
            yield return new StoredFile(
                item.Name, item.Properties.ContentLength ?? 0, item.Properties.LastModified ?? DateTimeOffset.UnixEpoch);
        }
    }

    public async IAsyncEnumerable<string> ListFoldersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var item in container.GetBlobsByHierarchyAsync(new GetBlobsByHierarchyOptions { Delimiter = "/" }, cancellationToken))
        {
            if (item.IsPrefix && BlobKey.IsFolder(item.Prefix.TrimEnd('/')))
            {
                yield return item.Prefix.TrimEnd('/');
            }
        }
    }

    public async Task DeleteAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        foreach (var key in keys)
        {
            await container.GetBlobClient(key).DeleteIfExistsAsync(cancellationToken: cancellationToken);
        }
    }

    private async Task<Stream> OpenPartAsync(string key, long from, long to, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await container.GetBlobClient(key).DownloadStreamingAsync(
                new BlobDownloadOptions { Range = new HttpRange(from, to - from) }, cancellationToken);
            return answer.Value.Content;
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            throw XrpcErrors.BadRequest("BlobNotFound", "Blob not found");
        }
    }
}
