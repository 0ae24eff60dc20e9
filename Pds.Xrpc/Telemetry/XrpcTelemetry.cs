using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Pds.Xrpc;

/// <summary>What every module measures alike: refusals, limits, caches, and requests to other servers.</summary>
public static class XrpcTelemetry
{
    /// <summary>The name of the meter.</summary>
    public const string Name = "Pds.Xrpc";

    // A service that requests are forwarded to may make up names of errors; each would be a series of its own for ever.
    private const int MostNames = 256;

    private static readonly ConcurrentDictionary<string, KeyValuePair<string, object?>> Names = new(StringComparer.Ordinal);

    private static readonly KeyValuePair<string, object?> OtherName = new("error", "other");

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Refusals = Meter.CreateCounter<long>(
        "pds.refusals", description: "Requests that were refused, by the protocol's name of the error and the status.");

    private static readonly Counter<long> LimitRefusals = Meter.CreateCounter<long>(
        "pds.rate_limit.refusals", description: "Requests that were refused because a limit was spent.");

    /// <summary>Caches: <c>cache</c>, and <c>outcome</c>, which is <c>hit</c> or <c>miss</c>.</summary>
    internal static readonly Counter<long> CacheRequests = Meter.CreateCounter<long>(
        "pds.cache.requests", description: "Questions to caches, by whether the answer was there.");

    /// <summary>With the tags <c>service</c> and <c>outcome</c>, which is <c>success</c>, <c>refusal</c> or <c>failure</c>.</summary>
    internal static readonly Histogram<double> OutgoingDuration = Meter.CreateHistogram(
        "pds.outgoing.duration", "s", "From a request of this server to the head of the answer, by what it is for.", [], Buckets.Waits);

    /// <summary>Takes note of a refusal.</summary>
    /// <param name="error">The protocol's name for it.</param>
    public static void CountRefusal(string error, int status)
    {
        if (Refusals.Enabled)
        {
            Refusals.Add(1, TagOf(error), new("status", status));
        }
    }

    /// <summary>Takes note of a refusal because a limit was spent.</summary>
    /// <param name="limit">The limit's name: one of few.</param>
    public static void CountLimitRefusal(string limit) => LimitRefusals.Add(1, new KeyValuePair<string, object?>("limit", limit));

    private static KeyValuePair<string, object?> TagOf(string error) =>
        Names.TryGetValue(error, out var known) ? known
        : Names.Count < MostNames ? Names.GetOrAdd(error, static name => new("error", name))
        : OtherName;
}
