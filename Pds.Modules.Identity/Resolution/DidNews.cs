using AtProto;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Pds.Modules.Identity.Resolution;

/// <summary>
/// Tells the other replicas which DID documents have changed, over Redis, so that none of them answers from its memory what is
/// known to be old. A message that is lost costs the minute for which memory is trusted.
/// </summary>
public sealed partial class DidNews(IConnectionMultiplexer redis, ILogger<DidNews> log) : IHostedService
{
    private static readonly RedisChannel Changed = RedisChannel.Literal("pds:identity:changed");

    /// <summary>Hears of a document that another process, or this one, knows to have changed.</summary>
    public event Action<Did>? Heard;

    public void Tell(Did did)
    {
        if (redis.IsConnected)
        {
            redis.GetSubscriber().Publish(Changed, did.Value, CommandFlags.FireAndForget);
        }
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await redis.GetSubscriber().SubscribeAsync(Changed, (_, text) =>
            {
                if (Did.TryParse(text, out var did))
                {
                    Heard?.Invoke(did);
                }
            });
        }
        catch (RedisException failure)
        {
            // It is made up for when Redis comes back.
            Log.SubscribeFailed(log, failure);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "No news of DID documents over Redis; this process may know an old one for a minute")]
        public static partial void SubscribeFailed(ILogger logger, Exception failure);
    }
}
