using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Pds.Cli.Backup;

/// <summary>Backups in a bucket of a store that speaks S3, whose credentials are the environment's or the machine's.</summary>
internal sealed class S3Target : IBackupTarget
{
    private readonly AmazonS3Client _client;
    private readonly string _bucket;
    private readonly string _prefix;

    /// <param name="endpoint">The address of a store that is not Amazon's.</param>
    /// <param name="credentials">Those of the machine when null.</param>
    public S3Target(string bucket, string prefix, Uri? endpoint, string region, AWSCredentials? credentials)
    {
        (_bucket, _prefix) = (bucket, prefix.Length == 0 ? "" : $"{prefix.Trim('/')}/");
        var config = new AmazonS3Config
        {
            Timeout = TimeSpan.FromMinutes(5), MaxErrorRetry = 5,

            // Stores that are not Amazon's do not all know its newer checksums.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (endpoint is null)
        {
            config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(region);
        }
        else
        {
            config.ServiceURL = endpoint.AbsoluteUri;
            config.AuthenticationRegion = region;
            config.ForcePathStyle = true;
        }

        _client = credentials is null ? new AmazonS3Client(config) : new AmazonS3Client(credentials, config);
    }

    public async IAsyncEnumerable<string> ListAsync(string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = _bucket, Prefix = $"{_prefix}{folder}/" };
        ListObjectsV2Response page;
        do
        {
            page = await _client.ListObjectsV2Async(request, cancellationToken);
            foreach (var item in page.S3Objects ?? [])
            {
                yield return item.Key[_prefix.Length..];
            }

            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
    }

    public async Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await _client.GetObjectAsync(_bucket, _prefix + name, cancellationToken);
            return answer.ResponseStream;
        }
        catch (AmazonS3Exception failure) when (failure.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    public Task WriteAsync(string name, Stream content, CancellationToken cancellationToken) => _client.PutObjectAsync(
        new PutObjectRequest
        {
            BucketName = _bucket, Key = _prefix + name, InputStream = content, AutoCloseStream = false, UseChunkEncoding = false,
        },
        cancellationToken);

    public Task DeleteAsync(string name, CancellationToken cancellationToken) =>
        _client.DeleteObjectAsync(_bucket, _prefix + name, cancellationToken);

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }
}
