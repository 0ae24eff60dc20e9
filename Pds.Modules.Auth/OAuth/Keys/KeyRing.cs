using System.Security.Cryptography;
using System.Threading.Channels;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Pds.Modules.Auth.OAuth.Keys;

/// <summary>
/// The keys that sign access tokens, the same in every replica. A new key is published some minutes before it signs and an old
/// one stays until its last token has expired, so changing keys is not noticed.
/// </summary>
internal sealed partial class KeyRing(
    SigningKeyStore store,
    IDataProtectionProvider protection,
    IConnectionMultiplexer redis,
    TimeProvider time,
    ILogger<KeyRing> log) : BackgroundService, IHostedLifecycleService
{
    /// <summary>How long a key signs.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromDays(90);

    /// <summary>How long before its first signature a key is published: several polls.</summary>
    public static readonly TimeSpan Ahead = TimeSpan.FromMinutes(5);

    /// <summary>How long a key outlives its last signature: longer than any access token.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromHours(2);

    private static readonly TimeSpan Poll = TimeSpan.FromMinutes(1);
    private static readonly RedisChannel Changes = RedisChannel.Literal("pds:signing-keys");

    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private volatile SigningKey[] _keys = [];

    /// <summary>All that are good for checking, the newest first; the first ones may not sign yet.</summary>
    public IReadOnlyList<SigningKey> Keys => _keys;

    /// <summary>The key to sign with.</summary>
    public SigningKey Current
    {
        get
        {
            var now = time.GetUtcNow();
            return Array.Find(_keys, key => key.ActiveFrom <= now) ?? throw new InvalidOperationException("There is no signing key yet.");
        }
    }

    /// <summary>The key of a token's header; null when it is none of ours, or no more.</summary>
    public SigningKey? Find(string kid) => Array.Find(_keys, key => key.Kid == kid);

    /// <summary>Publishes a new key now, which signs once all replicas know it. Nothing happens while another is on its way.</summary>
    public async Task RotateAsync(CancellationToken cancellationToken)
    {
        await using (await store.LockAsync(cancellationToken))
        {
            await ReloadAsync(cancellationToken);
            var now = time.GetUtcNow();
            if (!Array.Exists(_keys, key => key.ActiveFrom > now))
            {
                await AddAsync(now, now + Ahead, cancellationToken);
            }
        }

        await AnnounceAsync();
    }

    /// <summary>Before anything else starts: whoever runs has keys.</summary>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await ReloadAsync(cancellationToken);
        if (_keys.Length > 0)
        {
            return;
        }

        await using (await store.LockAsync(cancellationToken))
        {
            await ReloadAsync(cancellationToken);
            if (_keys.Length == 0)
            {
                var now = time.GetUtcNow();
                await AddAsync(now, now, cancellationToken);
            }
        }
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await SubscribeAsync();
        await using var timer = time.CreateTimer(_ => Wake(), null, Poll, Poll);
        await foreach (var _ in _signal.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await KeepAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                Log.KeepFailed(log, exception);
            }
        }
    }

    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        await ReloadAsync(cancellationToken);
        if (_keys.Length == 0 || _keys[0].CreatedAt + Period <= time.GetUtcNow())
        {
            await RotateAsync(cancellationToken);
        }

        await store.DeleteSucceededAsync(time.GetUtcNow() - Overlap, cancellationToken);
    }

    private async Task AddAsync(DateTimeOffset now, DateTimeOffset activeFrom, CancellationToken cancellationToken)
    {
        var key = SigningKey.Generate(now, activeFrom);
        var scalar = key.Key.Export();
        var sealedKey = Protector(key.Kid).Protect(scalar);
        CryptographicOperations.ZeroMemory(scalar);
        await store.AddAsync(new StoredSigningKey(key.Kid, sealedKey, now, activeFrom), cancellationToken);
        _keys = [key, .. _keys];
    }

    private async Task ReloadAsync(CancellationToken cancellationToken)
    {
        var stored = await store.ReadAsync(cancellationToken);
        _keys = [.. stored.Select(row => Find(row.Kid) ?? Open(row)).OfType<SigningKey>()];
    }

    // A key that another secret of the operator protects is as good as lost: its tokens are refreshed, and a new key takes over.
    private SigningKey? Open(StoredSigningKey row)
    {
        try
        {
            var scalar = Protector(row.Kid).Unprotect(row.Protected);
            var key = SigningKey.Import(scalar, row.CreatedAt, row.ActiveFrom);
            CryptographicOperations.ZeroMemory(scalar);
            return key;
        }
        catch (CryptographicException exception)
        {
            Log.CannotOpen(log, exception, row.Kid);
            return null;
        }
    }

    private IDataProtector Protector(string kid) => protection.CreateProtector("pds/auth/signing-key", kid);

    private async Task AnnounceAsync()
    {
        if (redis.IsConnected)
        {
            await redis.GetSubscriber().PublishAsync(Changes, RedisValue.EmptyString, CommandFlags.FireAndForget);
        }
    }

    private async Task SubscribeAsync()
    {
        try
        {
            await redis.GetSubscriber().SubscribeAsync(Changes, (_, _) => Wake());
        }
        catch (RedisException exception)
        {
            Log.SubscribeFailed(log, exception);
        }
    }

    private void Wake() => _signal.Writer.TryWrite(true);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The signing keys could not be read or renewed; trying again")]
        public static partial void KeepFailed(ILogger logger, Exception exception);

        [LoggerMessage(2, LogLevel.Warning, "The signing key {Kid} cannot be opened with the present PDS_JWT_SECRET")]
        public static partial void CannotOpen(ILogger logger, Exception exception, string kid);

        [LoggerMessage(3, LogLevel.Warning, "No news of signing keys over Redis; they are polled")]
        public static partial void SubscribeFailed(ILogger logger, Exception exception);
    }
}
