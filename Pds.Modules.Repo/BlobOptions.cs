using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Pds.Modules.Repo;

/// <summary>Where blobs are kept: on disk, in a store that speaks S3, or in Azure Blob Storage. One of them.</summary>
public sealed record BlobOptions : IValidatableObject
{
    /// <summary>The largest blob that is taken, in bytes.</summary>
    [ConfigurationKeyName("PDS_BLOB_UPLOAD_LIMIT")]
    [Range(1, long.MaxValue, ErrorMessage = "PDS_BLOB_UPLOAD_LIMIT must be positive.")]
    public long UploadLimit { get; init; } = 5 << 20;

    /// <summary>The folder of blobs on disk; <c>blobs</c> in the data directory when nothing is configured.</summary>
    [ConfigurationKeyName("PDS_BLOBSTORE_DISK_LOCATION")]
    public string? DiskLocation { get; init; }

    /// <summary>Where blobs are received; <c>tmp</c> beside them when absent. For blobs on disk, on the same volume.</summary>
    [ConfigurationKeyName("PDS_BLOBSTORE_DISK_TMP_LOCATION")]
    public string? DiskTemporaryLocation { get; init; }

    [ConfigurationKeyName("PDS_DATA_DIRECTORY")]
    public string DataDirectory { get; init; } = ".data";

    [ConfigurationKeyName("PDS_BLOBSTORE_S3_BUCKET")]
    public string? S3Bucket { get; init; }

    [ConfigurationKeyName("PDS_BLOBSTORE_S3_REGION")]
    public string S3Region { get; init; } = "us-east-1";

    /// <summary>The address of a store that is not Amazon's.</summary>
    [ConfigurationKeyName("PDS_BLOBSTORE_S3_ENDPOINT")]
    public Uri? S3Endpoint { get; init; }

    /// <summary>The bucket is in the path instead of the host name.</summary>
    [ConfigurationKeyName("PDS_BLOBSTORE_S3_FORCE_PATH_STYLE")]
    public bool S3ForcePathStyle { get; init; }

    /// <summary>With the secret; without both, the credentials of the environment or the machine.</summary>
    [ConfigurationKeyName("PDS_BLOBSTORE_S3_ACCESS_KEY_ID")]
    public string? S3AccessKeyId { get; init; }

    [ConfigurationKeyName("PDS_BLOBSTORE_S3_SECRET_ACCESS_KEY")]
    public string? S3SecretAccessKey { get; init; }

    [ConfigurationKeyName("PDS_BLOBSTORE_S3_UPLOAD_TIMEOUT_MS")]
    public TimeSpan S3UploadTimeout { get; init; } = TimeSpan.FromSeconds(20);

    [ConfigurationKeyName("PDS_BLOBSTORE_S3_REQUEST_TIMEOUT_MS")]
    public TimeSpan? S3RequestTimeout { get; init; }

    [ConfigurationKeyName("PDS_BLOBSTORE_AZURE_CONNECTION_STRING")]
    public string? AzureConnectionString { get; init; }

    /// <summary>
    /// The blob endpoint of a storage account that is entered without a secret, as the identity of the machine, the pod or whoever is
    /// signed in; instead of a connection string.
    /// </summary>
    [ConfigurationKeyName("PDS_BLOBSTORE_AZURE_ENDPOINT")]
    public Uri? AzureEndpoint { get; init; }

    /// <summary>The client id of the identity, where the machine has several.</summary>
    [ConfigurationKeyName("PDS_BLOBSTORE_AZURE_IDENTITY")]
    public string? AzureIdentity { get; init; }

    /// <summary>The container, which must be there.</summary>
    [ConfigurationKeyName("PDS_BLOBSTORE_AZURE_CONTAINER")]
    public string AzureContainer { get; init; } = "blobs";

    /// <summary>
    /// An address of a CDN to which readers are sent, with <c>{did}</c> and <c>{cid}</c> in it. The CDN fetches from this
    /// server by <c>getBlob</c> with <c>direct=true</c>.
    /// </summary>
    [ConfigurationKeyName("PDS_BLOB_CDN_URL")]
    public string? CdnUrl { get; init; }

    /// <summary>Whether they are in Azure Blob Storage.</summary>
    public bool IsAzure => AzureConnectionString is not null || AzureEndpoint is not null;

    /// <summary>The folder of blobs on disk, absolute.</summary>
    public string Directory => Path.GetFullPath(DiskLocation ?? Path.Combine(DataDirectory, "blobs"));

    /// <summary>The folder in which blobs are received, absolute.</summary>
    public string TemporaryDirectory => Path.GetFullPath(DiskTemporaryLocation
        ?? (S3Bucket is null && !IsAzure ? Path.Combine(Directory, "tmp") : Path.Combine(Path.GetTempPath(), "pds-blobs")));

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        var stores = (DiskLocation is null ? 0 : 1) + (S3Bucket is null ? 0 : 1) + (AzureConnectionString is null ? 0 : 1)
            + (AzureEndpoint is null ? 0 : 1);
        if (stores > 1)
        {
            yield return new ValidationResult(
                "Only one of PDS_BLOBSTORE_DISK_LOCATION, PDS_BLOBSTORE_S3_BUCKET, PDS_BLOBSTORE_AZURE_CONNECTION_STRING and "
                + "PDS_BLOBSTORE_AZURE_ENDPOINT can be set.");
        }

        // The token of the identity goes to whoever answers there.
        if (AzureEndpoint is { Scheme: not "https" })
        {
            yield return new ValidationResult("PDS_BLOBSTORE_AZURE_ENDPOINT must be an https address.");
        }

        if ((S3AccessKeyId is null) != (S3SecretAccessKey is null))
        {
            yield return new ValidationResult(
                "PDS_BLOBSTORE_S3_ACCESS_KEY_ID and PDS_BLOBSTORE_S3_SECRET_ACCESS_KEY go together.");
        }

        if (CdnUrl is not null && !(Uri.TryCreate(CdnUrl, UriKind.Absolute, out var cdn) && cdn.Scheme == Uri.UriSchemeHttps
            && CdnUrl.Contains("{cid}", StringComparison.Ordinal) && CdnUrl.Contains("{did}", StringComparison.Ordinal)))
        {
            yield return new ValidationResult("PDS_BLOB_CDN_URL must be an https address with {did} and {cid} in it.");
        }
    }
}
