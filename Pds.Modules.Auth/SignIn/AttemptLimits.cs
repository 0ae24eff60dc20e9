using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pds.Xrpc;
using StackExchange.Redis;

namespace Pds.Modules.Auth.SignIn;

/// <summary>
/// Bounds how often somebody may guess: by what is guessed at, and by who guesses. Counted in Redis for all replicas, and in
/// this process as long as Redis is away. Servers of other names on the same Redis count for themselves.
/// </summary>
internal sealed class AttemptLimits(IConnectionMultiplexer redis, ServiceOptions service, TimeProvider time)
{
    private const int MostRemembered = 100_000;

    private readonly ConcurrentDictionary<string, int> _local = new(StringComparer.Ordinal);
    private long _localWindow;

    /// <summary>Counts an attempt and refuses one too many.</summary>
    /// <param name="subject">Whom it is about, such as an account; never stored as it is.</param>
    /// <exception cref="XrpcException"><c>RateLimitExceeded</c>.</exception>
    public async Task CountAsync(AttemptLimit limit, string subject)
    {
        if (await IncrementAsync(KeyOf(limit, subject), limit.Window) > limit.Most)
        {
            throw Refusal(limit);
        }
    }

    /// <summary>Refuses who has no attempt left, without counting one.</summary>
    /// <exception cref="XrpcException"><c>RateLimitExceeded</c>.</exception>
    public async Task RequireRoomAsync(AttemptLimit limit, string subject)
    {
        var key = KeyOf(limit, subject);
        var count = await AskAsync(async database => (long?)await database.StringGetAsync(key) ?? 0, () => _local.GetValueOrDefault(key));
        if (count >= limit.Most)
        {
            throw Refusal(limit);
        }
    }

    /// <summary>Takes one attempt back that turned out right.</summary>
    public async Task ForgiveAsync(AttemptLimit limit, string subject)
    {
        var key = KeyOf(limit, subject);
        await AskAsync(
            async database =>
            {
                // The window may have changed meanwhile: what is less than nothing has to go, too.
                var count = await database.StringDecrementAsync(key);
                await database.KeyExpireAsync(key, limit.Window);
                return count;
            },
            () => _local.AddOrUpdate(key, 0, static (_, count) => count - 1));
    }

    private XrpcException Refusal(AttemptLimit limit)
    {
        XrpcTelemetry.CountLimitRefusal(limit.Name);
        return XrpcErrors.RateLimitExceeded(TimeSpan.FromTicks(limit.Window.Ticks - time.GetUtcNow().Ticks % limit.Window.Ticks));
    }

    private string KeyOf(AttemptLimit limit, string subject)
    {
        var window = time.GetUtcNow().Ticks / limit.Window.Ticks;
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{service.PublicUrl} {subject}")).AsSpan(0, 16));
        return string.Create(CultureInfo.InvariantCulture, $"pds:auth:attempts:{limit.Name}:{window}:{name}");
    }

    private Task<long> IncrementAsync(string key, TimeSpan window) => AskAsync(
        async database =>
        {
            var count = await database.StringIncrementAsync(key);
            if (count == 1)
            {
                await database.KeyExpireAsync(key, window);
            }

            return count;
        },
        () => CountHere(key));

    private async Task<long> AskAsync(Func<IDatabase, Task<long>> ask, Func<long> here)
    {
        if (!redis.IsConnected)
        {
            return here();
        }

        try
        {
            return await ask(redis.GetDatabase());
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException)
        {
            return here();
        }
    }

    private int CountHere(string key)
    {
        // A window's name is in the key; forgetting all from time to time only forgives.
        var hour = time.GetUtcNow().Ticks / TimeSpan.TicksPerHour;
        if (Interlocked.Exchange(ref _localWindow, hour) != hour || _local.Count > MostRemembered)
        {
            _local.Clear();
        }

        return _local.AddOrUpdate(key, 1, static (_, count) => count + 1);
    }
}
