using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Pds.Modules.Repo;

/// <summary>The configuration of repositories and of their event stream.</summary>
public sealed record RepoOptions
{
    /// <summary>Hex of the 32 bytes of the PLC rotation key; account keys rest under a key derived from it.</summary>
    [ConfigurationKeyName("PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX")]
    [Required]
    [RegularExpression("^[0-9a-fA-F]{64}$", ErrorMessage = "PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX must be 64 hexadecimal digits.")]
    public string PlcRotationKey { get; init; } = "";

    /// <summary>How far back a subscriber may resume.</summary>
    [ConfigurationKeyName("PDS_REPO_BACKFILL_LIMIT_MS")]
    public TimeSpan BackfillLimit { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How many events a subscriber may fall behind before it is cut off. They share their frames, so this costs no memory.</summary>
    [ConfigurationKeyName("PDS_MAX_SUBSCRIPTION_BUFFER")]
    [Range(1, 1_000_000, ErrorMessage = "PDS_MAX_SUBSCRIPTION_BUFFER must be between 1 and 1000000.")]
    public int MaxSubscriptionBuffer { get; init; } = 10_000;

    /// <summary>The largest blob that is taken, in bytes.</summary>
    [ConfigurationKeyName("PDS_BLOB_UPLOAD_LIMIT")]
    [Range(1, long.MaxValue, ErrorMessage = "PDS_BLOB_UPLOAD_LIMIT must be positive.")]
    public long BlobUploadLimit { get; init; } = 5 << 20;

    /// <summary>Where blobs lie; <c>blobs</c> in <see cref="DataDirectory"/> when absent.</summary>
    [ConfigurationKeyName("PDS_BLOBSTORE_DISK_LOCATION")]
    public string? BlobDirectory { get; init; }

    /// <summary>Where blobs are received, on the same volume; <c>tmp</c> beside them when absent.</summary>
    [ConfigurationKeyName("PDS_BLOBSTORE_DISK_TMP_LOCATION")]
    public string? BlobTemporaryDirectory { get; init; }

    [ConfigurationKeyName("PDS_DATA_DIRECTORY")]
    public string DataDirectory { get; init; } = ".data";

    /// <summary>Memory for the trees and heads of repositories that were lately written, in bytes.</summary>
    [ConfigurationKeyName("PDS_REPO_CACHE_BYTES")]
    [Range(1 << 20, long.MaxValue, ErrorMessage = "PDS_REPO_CACHE_BYTES must be at least 1 MiB.")]
    public long CacheBytes { get; init; } = 128L << 20;
}
