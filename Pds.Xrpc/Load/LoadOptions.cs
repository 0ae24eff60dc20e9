using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Pds.Xrpc;

/// <summary>How much one server takes on at a time, and how it leaves.</summary>
public sealed record LoadOptions
{
    /// <summary>
    /// How many requests are worked on at a time; as many again wait for their turn, and who comes then is sent away. Transfers, whose
    /// time the client's line decides, are counted by themselves.
    /// </summary>
    [ConfigurationKeyName("PDS_MAX_CONCURRENT_REQUESTS"), Range(1, 100_000)]
    public int MaxRequests { get; init; } = 512;

    /// <summary>How many whole repositories are sent or received at a time: each holds a connection to the database.</summary>
    [ConfigurationKeyName("PDS_MAX_CONCURRENT_EXPORTS"), Range(1, 10_000)]
    public int MaxExports { get; init; } = 32;

    /// <summary>How many connections of clients are open at a time.</summary>
    [ConfigurationKeyName("PDS_MAX_CONNECTIONS"), Range(1, 1_000_000)]
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>How many consumers follow the event stream of this server at a time.</summary>
    [ConfigurationKeyName("PDS_MAX_SUBSCRIBERS"), Range(1, 1_000_000)]
    public int MaxSubscribers { get; init; } = 1_000;

    /// <summary>
    /// How long a server that was told to stop goes on serving while it says that it is not ready: until whoever balances has
    /// noticed.
    /// </summary>
    [ConfigurationKeyName("PDS_DRAIN_MS"), Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan DrainTime { get; init; } = TimeSpan.Zero;
}
