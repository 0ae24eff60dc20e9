using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Pds.Modules.Repo.Firehose;

/// <summary>
/// Keeps the ring at the end of the log. What this process appends is put there directly when nothing lies between; what
/// another appends is read from the log, woken by a message over Redis, or by the clock where that is lost.
/// </summary>
public sealed partial class EventTail(
    EventStore store, EventRing ring, IConnectionMultiplexer redis, ILogger<EventTail> log)
    : BackgroundService
{
    private const int PageCount = 500;
    private const int PageBytes = 8 << 20;

    // Of the machine's time: other processes append at theirs.
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private long _caughtUpAt = Stopwatch.GetTimestamp();
    private readonly EventBell _bell = new(redis, log);

    /// <summary>The number of an event that is on disk, most often the newest; 0 when none is known.</summary>
    public long Newest => Math.Max(0, ring.Newest);

    /// <summary>How long ago this process last knew that nothing in the log is after <see cref="Newest"/>.</summary>
    internal TimeSpan Lag => Stopwatch.GetElapsedTime(Volatile.Read(ref _caughtUpAt));

    /// <summary>Tells of events that have just been committed by this process.</summary>
    public void Publish(ReadOnlySpan<StreamEvent> events)
    {
        if (!ring.TryAppend(events))
        {
            Wake();
        }

        _bell.Ring();
    }

    /// <summary>Tells that the log has grown, by what is not known.</summary>
    public void Announce()
    {
        Wake();
        _bell.Ring();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await StartRingAsync(stoppingToken);
        var listening = _bell.ListenAsync(Wake);
        await using var timer = TimeProvider.System.CreateTimer(_ => Wake(), null, Poll, Poll);

        await foreach (var _ in _signal.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await CatchUpAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                Log.ReadFailed(log, exception);
            }
        }

        await listening;
    }

    private async Task StartRingAsync(CancellationToken stoppingToken)
    {
        // Hosted services start after the migrations, but the database may still be restarting: the poll's pace will do.
        while (true)
        {
            try
            {
                ring.Start(await store.GetNewestAsync(stoppingToken));
                return;
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                Log.ReadFailed(log, exception);
                await Task.Delay(Poll, TimeProvider.System, stoppingToken);
            }
        }
    }

    private async Task CatchUpAsync(CancellationToken stoppingToken)
    {
        while (await store.ReadAsync(ring.Newest, PageCount, PageBytes, stoppingToken) is { Count: > 0 } page)
        {
            ring.Append(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(page));
        }

        Volatile.Write(ref _caughtUpAt, Stopwatch.GetTimestamp());
    }

    private void Wake() => _signal.Writer.TryWrite(true);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The event log could not be read; trying again")]
        public static partial void ReadFailed(ILogger logger, Exception exception);
    }
}
