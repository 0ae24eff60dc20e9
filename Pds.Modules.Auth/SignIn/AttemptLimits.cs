using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pds.Xrpc;
using StackExchange.Redis;

namespace Pds.Modules.Auth.SignIn;

/// <summary>
/// Bounds how often somebody may guess: by what is guessed at, and by who guesses. Counted in Redis for all replicas, and in
/// this process as long as Redis is away.
/// </summary>
internal sealed class AttemptLimits(IConnectionMultiplexer redis, TimeProvider time)
{
    private const int MostRemembered = 100_000;

    private readonly ConcurrentDictionary<string, int> _local = new(StringComparer.Ordinal);
    private long _localWindow;

    /// <summary>Counts an attempt and refuses one too many.</summary>
    /// <param name="subject">Whom it is about, such as an account; never stored as it is.</param>
    /// <exception cref="XrpcException"><c>RateLimitExceeded</c>.</exception>
    public async Task CountAsync(AttemptLimit limit, string subject)
    {
        var window = time.GetUtcNow().Ticks / limit.Window.Ticks;
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(subject)).AsSpan(0, 16));
        var key = string.Create(CultureInfo.InvariantCulture, $"pds:auth:attempts:{limit.Name}:{window}:{name}");
        if (await IncrementAsync(key, limit.Window) > limit.Most)
        {
            throw XrpcErrors.RateLimitExceeded();
        }
    }

    private async Task<long> IncrementAsync(string key, TimeSpan window)
    {
        try
        {
            var database = redis.GetDatabase();
            var count = await database.StringIncrementAsync(key);
            if (count == 1)
            {
                await database.KeyExpireAsync(key, window);
            }

            return count;
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException)
        {
            return CountHere(key);
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
