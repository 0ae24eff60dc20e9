using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Pds.Modules.Auth.OAuth.Clients;

/// <summary>Keeps apps: the latest in memory, checked; the documents of all in Redis, for every replica.</summary>
internal sealed partial class ClientCache(IConnectionMultiplexer redis, TimeProvider time, ILogger<ClientCache> log) : IDisposable
{
    // A checked app is about as large as its documents.
    private const int MemoryLimit = 32 << 20;
    private const int EntryOverhead = 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly MemoryCache _memory = new(new MemoryCacheOptions { SizeLimit = MemoryLimit });

    /// <summary>What this process knows.</summary>
    public KnownClient? Find(ClientId id) =>
        _memory.Get<KnownClient>(id.Value) is { } known && known.Until > time.GetUtcNow() ? known : null;

    /// <summary>What another replica has fetched, which this process then knows too.</summary>
    /// <param name="read">Checks it; null when it is not good.</param>
    public async Task<KnownClient?> FindSharedAsync(ClientId id, Func<PublishedClient, KnownClient?> read)
    {
        byte[]? packed = null;
        await TryRedisAsync(async database => packed = await database.StringGetAsync(KeyOf(id)));
        if (packed is null || PublishedClient.Unpack(packed) is not { } published || read(published) is not { } known)
        {
            return null;
        }

        Keep(id, known);
        return known.Until > time.GetUtcNow() ? known : null;
    }

    public void Keep(ClientId id, KnownClient known) =>
        _memory.Set(id.Value, known, new MemoryCacheEntryOptions
        {
            Size = EntryOverhead + known.Size,
            AbsoluteExpirationRelativeToNow = ClientDirectory.Kept,
        });

    public Task ShareAsync(ClientId id, PublishedClient published, TimeSpan kept) =>
        TryRedisAsync(database => database.StringSetAsync(KeyOf(id), published.Pack(), kept));

    public void Dispose() => _memory.Dispose();

    // Without Redis every replica fetches for itself.
    private async Task TryRedisAsync(Func<IDatabase, Task> action)
    {
        if (!redis.IsConnected)
        {
            return;
        }

        try
        {
            await action(redis.GetDatabase()).WaitAsync(Patience, time);
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException)
        {
            Log.Unreachable(log, failure.Message);
        }
    }

    private static RedisKey KeyOf(ClientId id) => $"auth:client:{id.Value}";

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The cache of apps is unreachable: {Reason}")]
        public static partial void Unreachable(ILogger logger, string reason);
    }
}
