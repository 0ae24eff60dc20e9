using System.Collections.Concurrent;

namespace Pds.Xrpc;

/// <summary>
/// Counts in this process, so that no request waits for another server; what is counted is exchanged with the other replicas
/// behind the requests. Between two exchanges each replica knows its own points only.
/// </summary>
public sealed class RateLimitCounters(TimeProvider time)
{
    private const int MostRemembered = 200_000;

    private readonly ConcurrentDictionary<(RateLimit Limit, string Subject), RateLimitCounter> _counters = new();

    /// <summary>Spends points of a subject.</summary>
    /// <returns>All that it has spent, and the end of the window in milliseconds since 1970.</returns>
    internal (long Spent, long EndsAt) Spend(RateLimit limit, string subject, int points)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var window = (long)limit.Window.TotalMilliseconds;
        var endsAt = now - now % window + window;
        var key = (limit, subject);
        if (!_counters.TryGetValue(key, out var counter) || counter.EndsAt != endsAt)
        {
            counter = _counters.AddOrUpdate(
                key,
                static (_, end) => new RateLimitCounter(end),
                static (_, known, end) => known.EndsAt == end ? known : new RateLimitCounter(end),
                endsAt);
        }

        return (counter.Spend(points), endsAt);
    }

    /// <summary>Tells what was spent here since the last time to whoever adds it up, and forgets what is over.</summary>
    /// <param name="exchange">
    /// Takes names and points, and returns the sums of all replicas in the same order; null when they cannot be had, and the
    /// points are told again next time.
    /// </param>
    public async Task ExchangeAsync(Func<IReadOnlyList<RateLimitDelta>, Task<long[]?>> exchange)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var untold = new List<(RateLimitCounter Counter, RateLimitDelta Delta)>();
        foreach (var (key, counter) in _counters)
        {
            if (counter.EndsAt <= now)
            {
                _counters.TryRemove(new(key, counter));
            }
            else if (counter.IsUntold)
            {
                untold.Add((counter, new RateLimitDelta(
                    $"{key.Limit.Name}:{counter.EndsAt}:{key.Subject}", counter.Untold, DateTimeOffset.FromUnixTimeMilliseconds(counter.EndsAt))));
            }
        }

        // A flood of strangers: forgetting only forgives.
        if (_counters.Count > MostRemembered)
        {
            _counters.Clear();
        }

        if (untold.Count > 0 && await exchange(untold.ConvertAll(entry => entry.Delta)) is { } sums)
        {
            for (var i = 0; i < sums.Length; i++)
            {
                untold[i].Counter.Agree(untold[i].Delta.Points, sums[i]);
            }
        }
    }
}
