namespace Pds.Xrpc;

/// <summary>Counts how often a cache knew.</summary>
/// <param name="cache">The cache's name in metrics.</param>
public sealed class CacheCounter(string cache)
{
    private static readonly KeyValuePair<string, object?> Hit = new("outcome", "hit");
    private static readonly KeyValuePair<string, object?> Miss = new("outcome", "miss");

    private readonly KeyValuePair<string, object?> _name = new("cache", cache);

    /// <summary>Takes note of one question.</summary>
    public void Count(bool wasThere) => XrpcTelemetry.CacheRequests.Add(1, _name, wasThere ? Hit : Miss);
}
