using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Pds.Modules.Auth.OAuth.Proofs;

/// <summary>
/// Remembers what may be used once, in Redis for every replica and always in this process, which is what remains while
/// Redis is away: a proof could then be used once on each replica.
/// </summary>
internal sealed partial class ReplayMemory(IConnectionMultiplexer redis, TimeProvider time, ILogger<ReplayMemory> log)
{
    private const int Capacity = 1 << 20;

    // A Redis that hangs must not hold up what this process can decide; once it did, it is left alone for a while.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    private readonly UsedOnce _local = new(Capacity);
    private long _awayUntil;

    /// <summary>Notes a use; false when the same was used before and is still remembered.</summary>
    /// <param name="purpose">A name space, such as <c>dpop</c>.</param>
    /// <param name="key">Of any length.</param>
    /// <param name="keep">How long a second use has to be noticed.</param>
    public ValueTask<bool> TryUseAsync(string purpose, string key, TimeSpan keep, CancellationToken cancellationToken)
    {
        var hash = Hash(purpose, key);
        var now = time.GetUtcNow().UtcTicks;
        return !_local.TryAdd(hash, now, now + keep.Ticks) ? ValueTask.FromResult(false)
            : redis.IsConnected && now >= Volatile.Read(ref _awayUntil) ? new ValueTask<bool>(TryUseSharedAsync(purpose, hash, keep, cancellationToken))
            : ValueTask.FromResult(true);
    }

    /// <summary>Whether a use was noted and is still remembered.</summary>
    public async Task<bool> WasUsedAsync(string purpose, string key, CancellationToken cancellationToken)
    {
        var hash = Hash(purpose, key);
        if (_local.Contains(hash) || !redis.IsConnected)
        {
            return _local.Contains(hash);
        }

        try
        {
            return await redis.GetDatabase().KeyExistsAsync(NameOf(purpose, hash)).WaitAsync(Patience, time, cancellationToken);
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException)
        {
            Log.Unreachable(log, failure.Message);
            return false;
        }
    }

    private static string NameOf(string purpose, UInt128 hash) =>
        $"auth:used:{purpose}:{hash.ToString("x32", CultureInfo.InvariantCulture)}";

    private async Task<bool> TryUseSharedAsync(string purpose, UInt128 hash, TimeSpan keep, CancellationToken cancellationToken)
    {
        try
        {
            return await redis.GetDatabase()
                .StringSetAsync(NameOf(purpose, hash), 1, keep, When.NotExists)
                .WaitAsync(Patience, time, cancellationToken);
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException)
        {
            Volatile.Write(ref _awayUntil, (time.GetUtcNow() + Rest).UtcTicks);
            Log.Unreachable(log, failure.Message);
            return true;
        }
    }

    private static UInt128 Hash(string purpose, string key)
    {
        var (first, second) = (Encoding.UTF8.GetByteCount(purpose), Encoding.UTF8.GetByteCount(key));
        var length = first + 1 + second;
        Span<byte> text = length <= 512 ? stackalloc byte[512] : new byte[length];
        Encoding.UTF8.GetBytes(purpose, text);
        text[first] = 0;
        Encoding.UTF8.GetBytes(key, text[(first + 1)..]);

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text[..length], hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Redis did not remember a use, this process alone does: {Reason}")]
        public static partial void Unreachable(ILogger logger, string reason);
    }
}
