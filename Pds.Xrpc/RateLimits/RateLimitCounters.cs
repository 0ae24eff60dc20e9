using System.Collections.Concurrent;

namespace Pds.Xrpc;

/// <summary>
/// Counts in this process, so that no request waits for another server; what is counted is exchanged with the other replicas
/// behind the requests. Between two exchanges each replica knows its own points only, but one that sees a key for the first time,
/// as after a start, asks what is known of it.
/// </summary>
public sealed class RateLimitCounters(TimeProvider time)
{
    private const int MostRemembered = 200_000;

    private readonly ConcurrentDictionary<(RateLimit Limit, string Subject), RateLimitCounter> _counters = new();

    /// <summary>Tells by a name what all replicas have spent, 0 where that cannot be had; null where there is one server only.</summary>
    public Func<string, Task<long>>? Agreed { get; set; }

    /// <summary>Spends points of a subject.</summary>
    /// <returns>All that it has spent, and the end of the window in milliseconds since 1970.</returns>
    internal async ValueTask<(long Spent, long EndsAt)> SpendAsync(RateLimit limit, string subject, int points)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var window = (long)limit.Window.TotalMilliseconds;
        var endsAt = now - now % window + window;
        var key = (limit, subject);
        if (!_counters.TryGetValue(key, out var counter) || counter.EndsAt != endsAt)
        {
            counter = _counters.AddOrUpdate(
                key,
                static (key, start) => new RateLimitCounter(start.End, start.Counters.Ask(key, start.End)),
                static (key, known, start) =>
                    known.EndsAt == start.End ? known : new RateLimitCounter(start.End, start.Counters.Ask(key, start.End)),
                (Counters: this, End: endsAt));
        }

        var spent = counter.Spend(points);
        if (!counter.Known.IsCompleted)
        {
            await counter.Known;
            spent = counter.Spend(0);
        }

        return (spent, endsAt);
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
                    NameOf(key, counter.EndsAt), counter.Untold, DateTimeOffset.FromUnixTimeMilliseconds(counter.EndsAt))));
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

    private Func<Task<long>>? Ask((RateLimit Limit, string Subject) key, long endsAt) =>
        Agreed is { } agreed ? () => agreed(NameOf(key, endsAt)) : null;

    private static string NameOf((RateLimit Limit, string Subject) key, long endsAt) => $"{key.Limit.Name}:{endsAt}:{key.Subject}";
}
