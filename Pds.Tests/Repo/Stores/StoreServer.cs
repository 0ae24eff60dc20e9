using System.Text.RegularExpressions;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Azure.Storage.Blobs;
using Pds.Tests.Support;

namespace Pds.Tests.Repo.Stores;

/// <summary>A blob store in a process of its own, that speaks the protocol of a cloud's.</summary>
internal abstract class StoreServer(ChildProcess process, string folder) : IAsyncDisposable
{
    /// <summary>What makes a server keep its blobs here.</summary>
    public abstract Dictionary<string, string> Settings { get; }

    public static async Task<StoreServer> StartAsync(string kind)
    {
        var folder = Directory.CreateTempSubdirectory("pds-store-").FullName;
        string[] script = kind == "s3"
            ? ["s3rver/bin/s3rver.js", "-d", folder, "-a", "127.0.0.1", "-p", "0", "--configure-bucket", S3Store.Bucket]
            : ["azurite/dist/src/blob/main.js", "--blobHost", "127.0.0.1", "--blobPort", "0", "-l", folder, "--skipApiVersionCheck", "--silent"];
        var process = NodeWitness.StartPackage(script[0], script[1..]);
        var address = Match.Empty;
        await Eventually.TrueAsync(() =>
        {
            Assert.False(process.HasExited, process.Output);
            address = Regex.Match(process.Output, "listen\\S* on (?:http://)?(127\\.0\\.0\\.1:[0-9]+)");
            return Task.FromResult(address.Success);
        });
        var url = new Uri($"http://{address.Groups[1].Value}");
        StoreServer store = kind == "s3" ? new S3Store(url, process, folder) : new AzureStore(url, process, folder);
        await store.PrepareAsync();
        return store;
    }

    /// <summary>The keys of all objects.</summary>
    public abstract Task<List<string>> ListAsync();

    /// <summary>Deletes an object behind the server's back.</summary>
    public abstract Task DeleteAsync(string key);

    public virtual async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    protected virtual Task PrepareAsync() => Task.CompletedTask;
}

internal sealed class S3Store(Uri url, ChildProcess process, string folder) : StoreServer(process, folder)
{
    public const string Bucket = "blobs";

    private const string Key = "S3RVER";

    private readonly AmazonS3Client _client = new(
        new BasicAWSCredentials(Key, Key), new AmazonS3Config { ServiceURL = url.AbsoluteUri, ForcePathStyle = true });

    public override Dictionary<string, string> Settings => new()
    {
        ["PDS_BLOBSTORE_DISK_LOCATION"] = "",
        ["PDS_BLOBSTORE_S3_BUCKET"] = Bucket,
        ["PDS_BLOBSTORE_S3_REGION"] = "us-east-1",
        ["PDS_BLOBSTORE_S3_ENDPOINT"] = url.GetLeftPart(UriPartial.Authority),
        ["PDS_BLOBSTORE_S3_FORCE_PATH_STYLE"] = "true",
        ["PDS_BLOBSTORE_S3_ACCESS_KEY_ID"] = Key,
        ["PDS_BLOBSTORE_S3_SECRET_ACCESS_KEY"] = Key,
        ["PDS_BLOBSTORE_S3_UPLOAD_TIMEOUT_MS"] = "60000",
    };

    public override async Task<List<string>> ListAsync()
    {
        var answer = await _client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = Bucket }, TestContext.Current.CancellationToken);
        return [.. (answer.S3Objects ?? []).Select(item => item.Key)];
    }

    public override Task DeleteAsync(string key) => _client.DeleteObjectAsync(Bucket, key, TestContext.Current.CancellationToken);

    public override ValueTask DisposeAsync()
    {
        _client.Dispose();
        return base.DisposeAsync();
    }
}

internal sealed class AzureStore(Uri url, ChildProcess process, string folder) : StoreServer(process, folder)
{
    private const string Container = "blobs";

    // The account that every emulator of this store knows, published in its documentation.
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private readonly BlobContainerClient _container = new(ConnectionString(url), Container);

    public override Dictionary<string, string> Settings => new()
    {
        ["PDS_BLOBSTORE_DISK_LOCATION"] = "",
        ["PDS_BLOBSTORE_AZURE_CONNECTION_STRING"] = ConnectionString(url),
        ["PDS_BLOBSTORE_AZURE_CONTAINER"] = Container,
    };

    public override async Task<List<string>> ListAsync()
    {
        var keys = new List<string>();
        await foreach (var item in _container.GetBlobsAsync(cancellationToken: TestContext.Current.CancellationToken))
        {
            keys.Add(item.Name);
        }

        return keys;
    }

    public override Task DeleteAsync(string key) => _container.DeleteBlobAsync(key, cancellationToken: TestContext.Current.CancellationToken);

    protected override Task PrepareAsync() => _container.CreateAsync(cancellationToken: TestContext.Current.CancellationToken);

    private static string ConnectionString(Uri url) =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint={url.GetLeftPart(UriPartial.Authority)}/{Account};";
}
