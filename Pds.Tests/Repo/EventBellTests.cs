using Microsoft.Extensions.Logging.Abstractions;
using Pds.LocalServices;
using Pds.Modules.Repo.Firehose;
using StackExchange.Redis;

namespace Pds.Tests.Repo;

/// <summary>On a Redis of its own: the listeners of other tests would be counted.</summary>
public sealed class EventBellTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private GarnetCache _cache = null!;
    private ConnectionMultiplexer _first = null!;
    private ConnectionMultiplexer _second = null!;

    public async ValueTask InitializeAsync()
    {
        _cache = GarnetCache.Start();
        _first = await ConnectionMultiplexer.ConnectAsync(_cache.ConnectionString);
        _second = await ConnectionMultiplexer.ConnectAsync(_cache.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
        _cache.Dispose();
    }

    [Fact]
    public async Task One_that_nobody_hears_falls_silent()
    {
        var bell = await ListenAsync(_first, () => Assert.Fail("It heard itself."));

        await WaitAsync(() =>
        {
            var before = Sent;
            for (var i = 0; i < 1000; i++)
            {
                bell.Ring();
            }

            return Sent - before <= 3;
        });
    }

    [Fact]
    public async Task One_that_joins_later_is_found_and_hears_every_ring()
    {
        var bell = await ListenAsync(_first, static () => { });
        await WaitAsync(() =>
        {
            var before = Sent;
            bell.Ring();
            return Sent == before;
        });
        var heard = 0;
        await ListenAsync(_second, () => Interlocked.Increment(ref heard));

        // While it takes the other for absent, it would take more than twice as long over so many.
        await WaitAsync(() =>
        {
            bell.Ring();
            return Volatile.Read(ref heard) >= 100;
        });
    }

    private long Sent => _first.GetCounters().Interactive.OperationCount;

    private static async Task<EventBell> ListenAsync(ConnectionMultiplexer redis, Action heard)
    {
        var bell = new EventBell(redis, NullLogger.Instance);
        await bell.ListenAsync(heard);
        return bell;
    }

    private static async Task WaitAsync(Func<bool> done)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        while (!done())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, limit.Token);
        }
    }
}
