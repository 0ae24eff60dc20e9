using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Blobs;

/// <summary>Blobs as objects of a bucket: of Amazon's S3 or of any store that speaks its protocol.</summary>
internal sealed class S3BlobStorage : IBlobStorage, IDisposable
{
    private const int MostDeletions = 1000;

    private readonly AmazonS3Client _client;
    private readonly string _bucket;
    private readonly TimeSpan _uploadTimeout;

    public S3BlobStorage(BlobOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _bucket = options.S3Bucket!;
        _uploadTimeout = options.S3UploadTimeout;
        var config = new AmazonS3Config
        {
            ForcePathStyle = options.S3ForcePathStyle,
            Timeout = options.S3RequestTimeout ?? options.S3UploadTimeout,

            // Stores that are not Amazon's know nothing of its newer checksums; the CID is checked by whoever reads.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.S3Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.AbsoluteUri;
            config.AuthenticationRegion = options.S3Region;
        }
        else
        {
            config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(options.S3Region);
        }

        _client = options.S3AccessKeyId is { } id && options.S3SecretAccessKey is { } secret
            ? new AmazonS3Client(new BasicAWSCredentials(id, secret), config)
            : new AmazonS3Client(config);
    }

    public async Task KeepAsync(string key, IncomingBlob blob, string mediaType, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_uploadTimeout);
        await using var bytes = blob.OpenRead();
        var request = new PutObjectRequest
        {
            BucketName = _bucket,
            Key = key,
            InputStream = bytes,
            ContentType = mediaType,
            AutoCloseStream = false,
            UseChunkEncoding = false,
        };
        await StoreTimeouts.NameAsync(_client.PutObjectAsync(request, limit.Token), cancellationToken);
    }

    public Task<Stream?> OpenAsync(string key, long size, CancellationToken cancellationToken) =>
        Task.FromResult<Stream?>(new RemoteBlobStream(size, (from, to, token) => OpenPartAsync(key, from, to, token)));

    public async IAsyncEnumerable<StoredFile> ListAsync(string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = _bucket, Prefix = $"{folder}/" };
        ListObjectsV2Response page;
        do
        {
            page = await _client.ListObjectsV2Async(request, cancellationToken);
            foreach (var item in page.S3Objects ?? [])
            {
                yield return new StoredFile(item.Key, item.Size ?? 0, item.LastModified?.ToUniversalTime() ?? DateTimeOffset.UnixEpoch);
            }

            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
    }

    public async IAsyncEnumerable<string> ListFoldersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = _bucket, Delimiter = "/" };
        ListObjectsV2Response page;
        do
        {
            page = await _client.ListObjectsV2Async(request, cancellationToken);
            foreach (var prefix in page.CommonPrefixes ?? [])
            {
                if (BlobKey.IsFolder(prefix.TrimEnd('/')))
                {
                    yield return prefix.TrimEnd('/');
                }
            }

            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
    }

    public async Task DeleteAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        for (var i = 0; i < keys.Count; i += MostDeletions)
        {
            var request = new DeleteObjectsRequest { BucketName = _bucket, Quiet = true, Objects = [] };
            for (var j = i; j < Math.Min(keys.Count, i + MostDeletions); j++)
            {
                request.Objects.Add(new KeyVersion { Key = keys[j] });
            }

            await _client.DeleteObjectsAsync(request, cancellationToken);
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<Stream> OpenPartAsync(string key, long from, long to, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await _client.GetObjectAsync(
                new GetObjectRequest { BucketName = _bucket, Key = key, ByteRange = new ByteRange(from, to - 1) },
                cancellationToken);
            return answer.ResponseStream;
        }
        catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.NotFound)
        {
            throw XrpcErrors.BadRequest("BlobNotFound", "Blob not found");
        }
    }
}
