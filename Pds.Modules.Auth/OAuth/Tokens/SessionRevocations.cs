using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Pds.Modules.Auth.OAuth.Tokens;

/// <summary>
/// Which access tokens are no longer good although their time is not over: asked in memory at every request. What this
/// process ends is known here at once, by the others from a message over Redis, or from the database some seconds later.
/// </summary>
public sealed partial class SessionRevocations(
    RevokedSessionStore store, IConnectionMultiplexer redis, TimeProvider time, ILogger<SessionRevocations> log)
    : BackgroundService
{
    /// <summary>How late another process may learn of a revocation without Redis.</summary>
    public static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);

    // A transaction may become visible after a later one was read.
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(30);

    // A Redis that does not answer holds nobody up: the others read it from the database.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan Kept = AccessToken.Lifetime + TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Tidying = TimeSpan.FromMinutes(1);
    private static readonly RedisChannel Revoked = RedisChannel.Literal("pds:auth:revoked-sessions");
    private static readonly RedisChannel Refreshed = RedisChannel.Literal("pds:auth:refreshed-sessions");

    private readonly RevocationMemory _memory = new(time);
    private volatile bool _hasMissed;

    /// <summary>
    /// Ends the access tokens of a session. Whoever deleted its row has noted it as revoked with that. Returns when Redis has passed
    /// it on, so that who was told of the end finds it at whichever replica.
    /// </summary>
    public async Task RevokeAsync(string sessionId)
    {
        _memory.Revoke(sessionId);
        if (redis.IsConnected)
        {
            try
            {
                await redis.GetSubscriber().PublishAsync(Revoked, sessionId).WaitAsync(Patience, TimeProvider.System);
            }
            catch (Exception failure) when (failure is RedisException or TimeoutException)
            {
                Log.TellFailed(log, failure);
            }
        }
    }

    /// <summary>Ends the access tokens of a session from before a refresh.</summary>
    /// <param name="generation">The <c>gen</c> of the tokens that remain good.</param>
    public void Supersede(string sessionId, int generation)
    {
        _memory.Supersede(sessionId, generation);
        if (redis.IsConnected)
        {
            var fact = string.Create(CultureInfo.InvariantCulture, $"{generation} {sessionId}");
            redis.GetSubscriber().Publish(Refreshed, fact, CommandFlags.FireAndForget);
        }
    }

    /// <summary>Nothing is served before what ended lately is known.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        redis.ConnectionFailed += NoteLoss;
        await SubscribeAsync(Revoked, sessionId => _memory.Revoke(sessionId));
        await SubscribeAsync(Refreshed, Supersede);
        await ReadRevokedAsync(Kept, cancellationToken);
        await ReadRefreshedAsync(Kept, cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        redis.ConnectionFailed -= NoteLoss;
        base.Dispose();
    }

    internal bool IsRevoked(AccessToken token) => _memory.IsRevoked(token);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Poll, time);
        var (read, tidied) = (time.GetTimestamp(), time.GetTimestamp());
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                var reading = time.GetTimestamp();
                await KeepUpAsync(time.GetElapsedTime(read) + Overlap, stoppingToken);
                read = reading;
                if (time.GetElapsedTime(tidied) >= Tidying)
                {
                    tidied = reading;
                    _memory.Prune();
                    await store.DeleteAsync(Kept * 2, stoppingToken);
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                _hasMissed = true;
                Log.ReadFailed(log, failure);
            }
        }
    }

    private async Task KeepUpAsync(TimeSpan lately, CancellationToken cancellationToken)
    {
        await ReadRevokedAsync(lately, cancellationToken);

        // Refreshes are many, so they are read only when no messages told of them, and once more after that.
        var isAway = !redis.IsConnected;
        if (isAway || _hasMissed)
        {
            _hasMissed = isAway;
            await ReadRefreshedAsync(lately, cancellationToken);
        }
    }

    private async Task ReadRevokedAsync(TimeSpan lately, CancellationToken cancellationToken)
    {
        foreach (var sessionId in await store.ReadAsync(lately, cancellationToken))
        {
            _memory.Revoke(sessionId);
        }
    }

    private async Task ReadRefreshedAsync(TimeSpan lately, CancellationToken cancellationToken)
    {
        foreach (var (sessionId, generation) in await store.ReadRefreshedAsync(time.GetUtcNow() - lately, cancellationToken))
        {
            _memory.Supersede(sessionId, generation);
        }
    }

    private void NoteLoss(object? sender, ConnectionFailedEventArgs failure) => _hasMissed = true;

    // One that fails now is made up for when Redis comes back.
    private async Task SubscribeAsync(RedisChannel channel, Action<string> hear)
    {
        try
        {
            await redis.GetSubscriber().SubscribeAsync(channel, (_, fact) => hear(fact!));
        }
        catch (RedisException failure)
        {
            Log.SubscribeFailed(log, failure);
        }
    }

    private void Supersede(string fact)
    {
        var space = fact.IndexOf(' ', StringComparison.Ordinal);
        if (space > 0 && int.TryParse(fact.AsSpan(0, space), CultureInfo.InvariantCulture, out var generation))
        {
            _memory.Supersede(fact[(space + 1)..], generation);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The revoked sessions could not be read; trying again")]
        public static partial void ReadFailed(ILogger logger, Exception failure);

        [LoggerMessage(2, LogLevel.Warning, "No news of revoked sessions over Redis; they are polled")]
        public static partial void SubscribeFailed(ILogger logger, Exception failure);

        [LoggerMessage(3, LogLevel.Warning, "Other servers could not be told over Redis of a revoked session; they poll for it")]
        public static partial void TellFailed(ILogger logger, Exception failure);
    }
}
