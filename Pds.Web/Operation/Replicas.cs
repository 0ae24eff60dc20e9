using System.Globalization;
using System.Text.Json;
using Pds.Xrpc;
using StackExchange.Redis;

namespace Pds.Web.Operation;

/// <summary>Lets the processes of one server know of each other, through Redis; each tells of itself now and then.</summary>
internal sealed partial class Replicas(
    IConnectionMultiplexer redis, ServiceOptions service, TimeProvider time, ILogger<Replicas> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Forgotten = TimeSpan.FromSeconds(35);

    private readonly string _id = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture)[..12];
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();

    private RedisKey Key => $"pds:web:replicas:{service.PublicUrl}";

    /// <summary>This process.</summary>
    public Replica Own => new(
        _id, Environment.MachineName, Environment.ProcessId, service.Version, _startedAt, time.GetUtcNow());

    /// <summary>Those that have told of themselves lately, this one first; only this one while Redis is away.</summary>
    public async Task<IReadOnlyList<Replica>> ListAsync()
    {
        var all = new List<Replica> { Own };
        if (!redis.IsConnected)
        {
            return all;
        }

        try
        {
            foreach (var entry in await redis.GetDatabase().HashGetAllAsync(Key))
            {
                if (Read(entry.Value) is { } replica && replica.Id != _id && time.GetUtcNow() - replica.SeenAt < Forgotten)
                {
                    all.Add(replica);
                }
            }
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException)
        {
            Log.Failed(log, failure);
        }

        return all;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                await TellAsync();
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        finally
        {
            await LeaveAsync();
        }
    }

    private async Task TellAsync()
    {
        if (!redis.IsConnected)
        {
            return;
        }

        try
        {
            var database = redis.GetDatabase();
            await database.HashSetAsync(Key, _id, JsonSerializer.Serialize(Own));
            await database.KeyExpireAsync(Key, Forgotten);
            foreach (var entry in await database.HashGetAllAsync(Key))
            {
                if (Read(entry.Value) is not { } replica || time.GetUtcNow() - replica.SeenAt >= Forgotten)
                {
                    await database.HashDeleteAsync(Key, entry.Name);
                }
            }
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException)
        {
            Log.Failed(log, failure);
        }
    }

    private async Task LeaveAsync()
    {
        if (redis.IsConnected)
        {
            await redis.GetDatabase().HashDeleteAsync(Key, _id, CommandFlags.FireAndForget);
        }
    }

    private static Replica? Read(RedisValue value)
    {
        try
        {
            return JsonSerializer.Deserialize<Replica>((string?)value ?? "null");
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "The replicas could not be asked for")]
        public static partial void Failed(ILogger logger, Exception failure);
    }
}
