using System.Security.Cryptography;
using System.Text;
using Pds.Xrpc;
using StackExchange.Redis;

namespace Pds.Modules.Auth.SignIn;

/// <summary>
/// Makes guessing a password slow, whether or not there are rate limits: who fails at one account from one address waits longer
/// each time. An account that many addresses fail at is closed to all but those from which it was entered before, so that nobody
/// locks its owner out. Kept in Redis for all replicas, under names that are hashes.
/// </summary>
internal sealed class SignInGuard(IConnectionMultiplexer redis, AttemptLimits limits, TimeProvider time)
{
    private const int FreeAttempts = 10;
    private const int MostDoublings = 9;

    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Forgotten = TimeSpan.FromHours(1);
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(30);

    /// <summary>Counts an attempt, as one that fails until it is told otherwise, and refuses it where it comes too soon.</summary>
    /// <param name="subject">What is guessed at: the account's DID, or what was typed where there is no such account.</param>
    /// <exception cref="XrpcException"><c>RateLimitExceeded</c>.</exception>
    public async Task<SignInAttempt> BeginAsync(string subject, string address)
    {
        await limits.CountAsync(AttemptLimit.Address, address);
        bool isKnown;
        try
        {
            isKnown = await CountPairAsync(redis.GetDatabase(), subject, address);
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException)
        {
            isKnown = false;
        }

        if (!isKnown)
        {
            await limits.CountAsync(AttemptLimit.Account, subject);
            await limits.CountAsync(AttemptLimit.AccountDaily, subject);
        }

        return new SignInAttempt(subject, address, isKnown);
    }

    /// <summary>Takes the attempt back: it was the owner. From this address the account stays open to them.</summary>
    public async Task SucceedAsync(SignInAttempt attempt)
    {
        var (subject, address, isKnown) = attempt;
        await limits.ForgiveAsync(AttemptLimit.Address, address);
        if (!isKnown)
        {
            await limits.ForgiveAsync(AttemptLimit.Account, subject);
            await limits.ForgiveAsync(AttemptLimit.AccountDaily, subject);
        }

        try
        {
            var database = redis.GetDatabase();
            var (known, member) = (KnownKey(subject), Hash(address));
            await Task.WhenAll(
                database.KeyDeleteAsync(PairKey(subject, address)),
                database.SetAddAsync(known, member),
                database.KeyExpireAsync(known, Remembered));
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException)
        {
            // What is not remembered is guarded a little more.
        }
    }

    /// <summary>Whether the account was entered from this address before.</summary>
    private async Task<bool> CountPairAsync(IDatabase database, string subject, string address)
    {
        var key = PairKey(subject, address);
        var counting = database.HashIncrementAsync(key, "count");
        var closing = database.HashGetAsync(key, "until");
        var knowing = database.SetContainsAsync(KnownKey(subject), Hash(address));
        var count = await counting;
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        if ((long?)await closing is { } until && until > now)
        {
            await database.HashDecrementAsync(key, "count");
            throw XrpcErrors.RateLimitExceeded(TimeSpan.FromMilliseconds(until - now));
        }

        var ending = database.KeyExpireAsync(key, Forgotten);
        if (WaitAfter(count) is { Ticks: > 0 } wait)
        {
            await database.HashSetAsync(key, "until", now + (long)wait.TotalMilliseconds);
        }

        await ending;
        return await knowing;
    }

    private static TimeSpan WaitAfter(long count)
    {
        var doublings = Math.Min(count - FreeAttempts, MostDoublings);
        var wait = doublings < 0 ? TimeSpan.Zero : FirstWait * (1 << (int)doublings);
        return wait < LongestWait ? wait : LongestWait;
    }

    /// <summary>Forgets where an account that is deleted was entered from.</summary>
    public async Task ForgetAsync(string subject)
    {
        try
        {
            await redis.GetDatabase().KeyDeleteAsync(KnownKey(subject));
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException)
        {
            // It goes by itself, and is a hash.
        }
    }

    private static string PairKey(string subject, string address) => $"pds:auth:guesses:{Hash($"{subject} {address}")}";

    private static string KnownKey(string subject) => $"pds:auth:known:{Hash(subject)}";

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
}

/// <summary>An attempt under way.</summary>
/// <param name="IsKnown">Whether the account was entered from the address before.</param>
internal readonly record struct SignInAttempt(string Subject, string Address, bool IsKnown);
