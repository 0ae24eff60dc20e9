using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pds.Xrpc;
using StackExchange.Redis;

namespace Pds.Modules.Auth.RateLimits;

/// <summary>
/// Adds the points of all replicas up in Redis, behind the requests: every quarter of a second, in one round trip. As long as
/// Redis is away each replica counts for itself, and tells when it is back.
/// </summary>
internal sealed partial class RateLimitExchange(
    RateLimitOptions options, RateLimitCounters counters, IConnectionMultiplexer redis, TimeProvider time,
    ILogger<RateLimitExchange> logger) : BackgroundService
{
    private const string Prefix = "pds:limits:";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    // A Redis that hangs must not hold up requests.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        counters.Agreed = AskAsync;
        return base.StartAsync(cancellationToken);
    }

    /// <summary>Leaves nothing untold: who was limited here is limited by those that remain.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await ExchangeAsync();
    }

    /// <summary>Tells the others once.</summary>
    public Task ExchangeAsync() => counters.ExchangeAsync(AddUpAsync);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Enabled)
        {
            return;
        }

        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await ExchangeAsync();
        }
    }

    private async Task<long> AskAsync(string name)
    {
        if (!redis.IsConnected)
        {
            return 0;
        }

        try
        {
            return (long)await redis.GetDatabase().StringGetAsync(KeyOf(name)).WaitAsync(Patience, time);
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException)
        {
            Log.Alone(logger, failure.Message);
            return 0;
        }
    }

    private async Task<long[]?> AddUpAsync(IReadOnlyList<RateLimitDelta> deltas)
    {
        if (!redis.IsConnected)
        {
            return null;
        }

        try
        {
            var batch = redis.GetDatabase().CreateBatch();
            var sums = new Task<long>[deltas.Count];
            for (var i = 0; i < sums.Length; i++)
            {
                var key = KeyOf(deltas[i].Name);
                sums[i] = batch.StringIncrementAsync(key, deltas[i].Points);
                _ = batch.KeyExpireAsync(key, deltas[i].EndsAt.UtcDateTime, CommandFlags.FireAndForget);
            }

            batch.Execute();
            return await Task.WhenAll(sums);
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException)
        {
            Log.Alone(logger, failure.Message);
            return null;
        }
    }

    // Of a deleted account there is to be no name anywhere.
    private static string KeyOf(string name) =>
        $"{Prefix}{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16))}";

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Rate limits are counted by each replica for itself: {Reason}")]
        public static partial void Alone(ILogger logger, string reason);
    }
}
