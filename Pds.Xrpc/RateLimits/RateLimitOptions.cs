using System.Net;
using Microsoft.Extensions.Configuration;

namespace Pds.Xrpc;

/// <summary>The configuration of rate limits.</summary>
public sealed record RateLimitOptions
{
    /// <summary>Whether there are any; without, nothing is counted.</summary>
    [ConfigurationKeyName("PDS_RATE_LIMITS_ENABLED")]
    public bool Enabled { get; init; }

    /// <summary>Who sends this as <c>x-ratelimit-bypass</c> is not limited.</summary>
    [ConfigurationKeyName("PDS_RATE_LIMIT_BYPASS_KEY")]
    public string? BypassKey { get; init; }

    /// <summary>Addresses of clients that are not limited.</summary>
    [ConfigurationKeyName("PDS_RATE_LIMIT_BYPASS_IPS")]
    public IPAddress[] BypassAddresses { get; init; } = [];
}
