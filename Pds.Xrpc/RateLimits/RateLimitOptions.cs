using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Configuration;

namespace Pds.Xrpc;

/// <summary>The configuration of rate limits.</summary>
public sealed record RateLimitOptions : IValidatableObject
{
    /// <summary>Whether there are any; without, nothing is counted.</summary>
    [ConfigurationKeyName("PDS_RATE_LIMITS_ENABLED")]
    public bool Enabled { get; init; }

    /// <summary>Who sends this as <c>x-ratelimit-bypass</c> is not limited.</summary>
    [ConfigurationKeyName("PDS_RATE_LIMIT_BYPASS_KEY")]
    public string? BypassKey { get; init; }

    /// <summary>Addresses, or networks such as <c>10.0.0.0/8</c>, of clients that are not limited.</summary>
    [ConfigurationKeyName("PDS_RATE_LIMIT_BYPASS_IPS")]
    public string[] BypassAddresses { get; init; } = [];

    /// <summary>The same as networks.</summary>
    public IReadOnlyList<IPNetwork> BypassNetworks => field ??= Array.ConvertAll(BypassAddresses, text => Read(text)!.Value);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Array.Exists(BypassAddresses, text => Read(text) is null))
        {
            yield return new ValidationResult("PDS_RATE_LIMIT_BYPASS_IPS must be a list of IP addresses or networks.");
        }
    }

    // A network may be written with any of its addresses.
    private static IPNetwork? Read(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(slash < 0 ? text : text[..slash], out var address))
        {
            return null;
        }

        var bytes = address.GetAddressBytes();
        var length = bytes.Length * 8;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), out length) || length < 0 || length > bytes.Length * 8))
        {
            return null;
        }

        for (var bit = length; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        return new IPNetwork(new IPAddress(bytes), length);
    }
}
