using System.Collections.Concurrent;
using System.Globalization;
using Pds.Contracts.Repo;
using Pds.Xrpc;
using StackExchange.Redis;

namespace Pds.Modules.Repo.Crawlers;

/// <summary>Remembers when each crawler was asked last and what came of it: for all replicas in Redis, and here while that is away.</summary>
internal sealed class CrawlerMemory(IConnectionMultiplexer redis, ServiceOptions service, TimeProvider time)
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    private readonly ConcurrentDictionary<Uri, CrawlerState> _local = new();

    /// <param name="complaint">What went wrong; null when nothing did.</param>
    public async Task SetAsync(Uri crawler, string? complaint)
    {
        var now = time.GetUtcNow();
        _local[crawler] = new CrawlerState(crawler, now, complaint);
        if (!redis.IsConnected)
        {
            return;
        }

        try
        {
            var value = string.Create(CultureInfo.InvariantCulture, $"{now.ToUnixTimeMilliseconds()} {complaint}");
            await redis.GetDatabase().StringSetAsync(KeyOf(crawler), value, Kept);
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException)
        {
            // What is known here has to do.
        }
    }

    public async Task<CrawlerState> GetAsync(Uri crawler)
    {
        var local = _local.GetValueOrDefault(crawler, new CrawlerState(crawler, null, null));
        if (!redis.IsConnected)
        {
            return local;
        }

        try
        {
            return (string?)await redis.GetDatabase().StringGetAsync(KeyOf(crawler)) is { } value
                && value.IndexOf(' ', StringComparison.Ordinal) is > 0 and var space
                && long.TryParse(value.AsSpan(0, space), NumberStyles.None, CultureInfo.InvariantCulture, out var at)
                ? new CrawlerState(
                    crawler, DateTimeOffset.FromUnixTimeMilliseconds(at), space + 1 < value.Length ? value[(space + 1)..] : null)
                : local;
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException)
        {
            return local;
        }
    }

    private RedisKey KeyOf(Uri crawler) => $"pds:repo:crawler:{service.Hostname}:{crawler}:outcome";
}
