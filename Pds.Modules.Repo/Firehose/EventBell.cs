using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Pds.Modules.Repo.Firehose;

/// <summary>
/// Tells the other servers on the same database that the event log has grown, and hears of them, over Redis. A message costs more than
/// a commit does, so a server that nobody else hears sends one now and then only, whose answer says whether that is still so.
/// </summary>
internal sealed partial class EventBell(IConnectionMultiplexer redis, ILogger log)
{
    private static readonly RedisChannel Channel = RedisChannel.Literal("pds:repo:events");
    private static readonly TimeSpan WhileAlone = TimeSpan.FromMilliseconds(200);

    private readonly string _self = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
    private volatile bool _isListening;
    private volatile bool _isAlone;
    private long _rungAt;
    private int _asked;

    /// <summary>Calls back whenever another server rings. Where Redis is not to be had, nothing is heard.</summary>
    public async Task ListenAsync(Action heard)
    {
        try
        {
            await redis.GetSubscriber().SubscribeAsync(Channel, (_, sender) =>
            {
                if (sender != _self)
                {
                    heard();
                }
            });
            _isListening = true;
        }
        catch (RedisException exception)
        {
            Log.SubscribeFailed(log, exception);
        }
    }

    /// <summary>Returns at once. Nothing depends on the message: who misses it looks by the clock.</summary>
    public void Ring()
    {
        if (!redis.IsConnected || (_isAlone && Stopwatch.GetElapsedTime(Volatile.Read(ref _rungAt)) < WhileAlone))
        {
            return;
        }

        if (Interlocked.Increment(ref _asked) == 1)
        {
            _ = RingAsync();
        }
    }

    // One message at a time: while Redis takes long, or does not answer at all, what is asked for is one more behind it.
    private async Task RingAsync()
    {
        int asked;
        do
        {
            asked = Volatile.Read(ref _asked);
            Volatile.Write(ref _rungAt, Stopwatch.GetTimestamp());
            try
            {
                // A node of a Redis cluster counts its own listeners only: there, it takes as long as WhileAlone at worst.
                var listeners = await redis.GetSubscriber().PublishAsync(Channel, _self);
                _isAlone = listeners <= (_isListening ? 1 : 0);
            }
            catch (Exception)
            {
                // Whatever it was, the others look by the clock.
                _isAlone = false;
            }
        }
        while (Interlocked.CompareExchange(ref _asked, 0, asked) != asked);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "No wake-ups over Redis; the event log is polled")]
        public static partial void SubscribeFailed(ILogger logger, Exception exception);
    }
}
