using Pds.LocalServices;
using Pds.Tests.Support;
using StackExchange.Redis;

namespace Pds.Tests.Hosting;

public sealed class GarnetCacheTests(TestServices services)
{
    [Fact]
    public async Task Speaks_the_protocol()
    {
        await using var redis = await services.ConnectRedisAsync();
        var database = redis.GetDatabase();
        var key = Guid.NewGuid().ToString("N");

        var first = await database.StringSetAsync(key, 1, TimeSpan.FromMinutes(1), When.NotExists);
        var second = await database.StringSetAsync(key, 2, TimeSpan.FromMinutes(1), When.NotExists);
        var script = await database.ScriptEvaluateAsync("return redis.call('INCRBY', KEYS[1], ARGV[1])", [key], [41]);

        Assert.True(first);
        Assert.False(second);
        Assert.Equal(42, (int)script);
    }

    [Fact]
    public async Task Carries_messages_to_those_who_listen()
    {
        await using var redis = await services.ConnectRedisAsync();
        var channel = RedisChannel.Literal(Guid.NewGuid().ToString("N"));
        var messages = await redis.GetSubscriber().SubscribeAsync(channel);

        await redis.GetSubscriber().PublishAsync(channel, "wake up");
        var message = await messages.ReadAsync(TestContext.Current.CancellationToken);

        Assert.Equal("wake up", message.Message);
    }

    [Fact]
    public async Task Is_found_again_by_its_clients_after_it_came_back()
    {
        var port = LoopbackPort.Free();
        var first = GarnetCache.Start(port);
        await using var redis = await ConnectionMultiplexer.ConnectAsync($"{first.ConnectionString},abortConnect=false");
        first.Dispose();

        using var second = GarnetCache.Start(port);

        await Eventually.TrueAsync(() => AnswersAsync(redis));
    }

    private static async Task<bool> AnswersAsync(ConnectionMultiplexer redis)
    {
        try
        {
            await redis.GetDatabase().PingAsync();
            return true;
        }
        catch (RedisException)
        {
            return false;
        }
    }
}
