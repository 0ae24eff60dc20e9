using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pds.Modules.Repo.Firehose;
using Pds.Xrpc;
using StackExchange.Redis;

namespace Pds.Modules.Repo.Crawlers;

/// <summary>
/// Tells each configured crawler that there is something new here, at most once in twenty minutes, and again until it listens.
/// It follows the event ring, so that no writer knows of it. Replicas agree over Redis which of them tells; without Redis each does.
/// </summary>
internal sealed partial class CrawlerNotifier(
    CrawlerClient client, EventRing ring, IConnectionMultiplexer redis, RepoOptions options, ServiceOptions service,
    TimeProvider time, ILogger<CrawlerNotifier> log)
    : BackgroundService
{
    /// <summary>How long a crawler is left alone after it was told.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromMinutes(20);

    // Doubled from try to try, which makes the last come within the interval.
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private const int MaxAttempts = 8;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Array.ConvertAll(options.Crawlers, crawler => FollowAsync(crawler, stoppingToken)));

    private async Task FollowAsync(Uri crawler, CancellationToken stoppingToken)
    {
        // What was in the log before this server started has been told of.
        await ring.WaitAsync(-1, stoppingToken);
        var told = ring.Floor;
        while (true)
        {
            await ring.WaitAsync(told, stoppingToken);
            var newest = ring.Newest;
            if (await TryClaimAsync(crawler))
            {
                told = newest;
                await TellAsync(crawler, stoppingToken);
            }

            await Task.Delay(Interval, time, stoppingToken);
        }
    }

    private async Task TellAsync(Uri crawler, CancellationToken stoppingToken)
    {
        var pause = FirstPause;
        for (var attempt = 1; ; attempt++)
        {
            var outcome = await client.RequestCrawlAsync(crawler, stoppingToken);
            if (outcome.IsFinal || attempt == MaxAttempts)
            {
                if (outcome.Complaint is { } complaint)
                {
                    Log.NotTold(log, crawler.Authority, attempt, complaint);
                }

                return;
            }

            await Task.Delay(pause, time, stoppingToken);
            pause *= 2;
        }
    }

    /// <summary>False when the crawler has been told lately, or is about to be by another.</summary>
    private async Task<bool> TryClaimAsync(Uri crawler)
    {
        if (!redis.IsConnected)
        {
            return true;
        }

        try
        {
            RedisKey key = $"pds:repo:crawler:{service.Hostname}:{crawler}";
            var (cache, now) = (redis.GetDatabase(), time.GetUtcNow().ToUnixTimeMilliseconds());
            var last = await cache.StringGetAsync(key);
            if ((long?)last is { } at && now - at < Interval.TotalMilliseconds)
            {
                return false;
            }

            var claim = cache.CreateTransaction();
            claim.AddCondition(last.IsNull ? Condition.KeyNotExists(key) : Condition.StringEqual(key, last));
            _ = claim.StringSetAsync(key, now, Interval);
            return await claim.ExecuteAsync();
        }
        catch (RedisException)
        {
            return true;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Crawler} was not told of new events, after {Attempts} attempts: {Complaint}")]
        public static partial void NotTold(ILogger logger, string crawler, int attempts, string complaint);
    }
}
