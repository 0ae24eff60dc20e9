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

    /// <summary>How long events are kept: at least as long as a subscriber may go back.</summary>
    [ConfigurationKeyName("PDS_REPO_EVENT_RETENTION_MS")]
    public TimeSpan EventRetention { get; init; } = TimeSpan.FromDays(3);

    /// <summary>How much the event log may take on disk, in bytes, before the oldest events go early.</summary>
    [ConfigurationKeyName("PDS_REPO_EVENT_MAX_BYTES")]
    [Range(1 << 20, long.MaxValue, ErrorMessage = "PDS_REPO_EVENT_MAX_BYTES must be at least 1 MiB.")]
    public long MaxEventBytes { get; init; } = 64L << 30;

    /// <summary>How many events at least are dropped at once.</summary>
    [ConfigurationKeyName("PDS_REPO_EVENT_PARTITION_SIZE")]
    [Range(1, 100_000_000, ErrorMessage = "PDS_REPO_EVENT_PARTITION_SIZE must be between 1 and 100000000.")]
    public int EventPartitionSize { get; init; } = 20_000;

    /// <summary>How many events a subscriber may fall behind before it is cut off. They share their frames, so this costs no memory.</summary>
    [ConfigurationKeyName("PDS_MAX_SUBSCRIPTION_BUFFER")]
    [Range(1, 1_000_000, ErrorMessage = "PDS_MAX_SUBSCRIPTION_BUFFER must be between 1 and 1000000.")]
    public int MaxSubscriptionBuffer { get; init; } = 10_000;

    /// <summary>Memory for the trees and heads of repositories that were lately written, in bytes.</summary>
    [ConfigurationKeyName("PDS_REPO_CACHE_BYTES")]
    [Range(1 << 20, long.MaxValue, ErrorMessage = "PDS_REPO_CACHE_BYTES must be at least 1 MiB.")]
    public long CacheBytes { get; init; } = 128L << 20;

    /// <summary>Whether repositories may be brought along from elsewhere.</summary>
    [ConfigurationKeyName("PDS_ACCEPTING_REPO_IMPORTS")]
    public bool AcceptsImports { get; init; } = true;

    /// <summary>The largest repository that may be brought along, in bytes of its CAR file.</summary>
    [ConfigurationKeyName("PDS_MAX_REPO_IMPORT_SIZE")]
    [Range(1, long.MaxValue, ErrorMessage = "PDS_MAX_REPO_IMPORT_SIZE must be positive.")]
    public long MaxImportSize { get; init; } = 512 << 20;

    /// <summary>Relays that are told when there is something new.</summary>
    [ConfigurationKeyName("PDS_CRAWLERS")]
    public Uri[] Crawlers { get; init; } = [];

    /// <summary>
    /// How long a write waits for the schema of a collection that does not ship with this server, when nothing is known of it
    /// yet; ten times as long where the client insists on one. At 0 no schema is looked for.
    /// </summary>
    [ConfigurationKeyName("PDS_RECORD_SCHEMA_WAIT_MS")]
    public TimeSpan SchemaWait { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The AppView, which is asked for records of repositories that are not here.</summary>
    [ConfigurationKeyName("PDS_BSKY_APP_VIEW_URL")]
    public Uri? AppViewUrl { get; init; }
}
