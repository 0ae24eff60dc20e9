using System.Buffers.Binary;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Pds.Modules.Identity.Resolution;

/// <summary>
/// Keeps what was fetched, and when, in Redis for every replica. Without Redis there is nothing in it, and every replica fetches
/// for itself.
/// </summary>
public sealed partial class SharedCache(IConnectionMultiplexer redis, ILogger<SharedCache> logger)
{
    /// <summary>What is kept under a key; null when there is nothing.</summary>
    public async Task<(byte[] Content, DateTimeOffset At)?> FindAsync(string key)
    {
        byte[]? packed = null;
        await TryAsync(async database => packed = await database.StringGetAsync(key));
        return packed is { Length: >= sizeof(long) }
            ? (packed[sizeof(long)..], DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(packed)))
            : null;
    }

    public Task SetAsync(string key, byte[] content, DateTimeOffset at, TimeSpan keep)
    {
        var packed = new byte[sizeof(long) + content.Length];
        BinaryPrimitives.WriteInt64BigEndian(packed, at.ToUnixTimeMilliseconds());
        content.CopyTo(packed, sizeof(long));
        return TryAsync(database => database.StringSetAsync(key, packed, keep));
    }

    public Task RemoveAsync(string key) => TryAsync(database => database.KeyDeleteAsync(key));

    // A command to a lost Redis would wait for it to come back.
    private async Task TryAsync(Func<IDatabase, Task> action)
    {
        if (!redis.IsConnected)
        {
            return;
        }

        try
        {
            await action(redis.GetDatabase());
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException)
        {
            Log.Unreachable(logger, failure.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The shared cache of identities is unreachable: {Reason}")]
        public static partial void Unreachable(ILogger logger, string reason);
    }
}
