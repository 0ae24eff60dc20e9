using System.Net.WebSockets;
using AtProto.Stream;

namespace Pds.Modules.Repo.Firehose;

/// <summary>
/// Serves a subscriber by its position alone: what follows it comes from the ring, or from the log where it has left the
/// ring. A subscriber therefore costs no memory however far it lags, and no event is lost or sent twice between the two.
/// </summary>
internal sealed class SubscriberLoop(
    EventRing ring, EventStore store, EventPartitionStore partitions, StreamWatch watch, RepoOptions options, TimeProvider time)
{
    private const int BatchCount = 64;
    private const int PageCount = 500;
    private const int PageBytes = 2 << 20;

    /// <summary>How long a consumer may take for a single message before its connection is given up.</summary>
    private static readonly TimeSpan SendTime = TimeSpan.FromSeconds(30);

    /// <summary>How long a consumer may take to answer a close.</summary>
    private static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The newest event there is, where a subscriber without a cursor begins. Another replica may have appended what is not in
    /// this ring yet: the log knows.
    /// </summary>
    internal Task<long> FindNewestAsync(CancellationToken cancellationToken) => store.GetNewestAsync(cancellationToken);

    /// <param name="newest">From before the subscriber was accepted.</param>
    internal async Task RunAsync(Subscriber subscriber, long? cursor, long newest, CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var drained = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        var drain = DrainAsync(subscriber, end, drained.Token);
        try
        {
            if (await StartAsync(subscriber, cursor, newest, end.Token) is { } position)
            {
                subscriber.Position = position;
                watch.Add(subscriber);
                await StreamAsync(subscriber, position, live: cursor is null, end.Token);
            }
        }
        catch (OperationCanceledException)
        {
            await LeaveAsync(subscriber);
        }
        catch (Exception exception) when (exception is WebSocketException or TimeoutException)
        {
            // It went away, or takes nothing any more: disposing of the socket ends the connection.
            RepoTelemetry.SubscribersDropped.Add(1, new KeyValuePair<string, object?>("reason", "gone"));
            await drained.CancelAsync();
        }
        finally
        {
            watch.Remove(subscriber);
        }

        // Cancelling a read breaks the connection, so a consumer that was told to leave gets the time to answer.
        drained.CancelAfter(CloseTime);
        await drain;
    }

    // The position to read on from; null when the subscriber was refused.
    private async Task<long?> StartAsync(
        Subscriber subscriber, long? cursor, long newest, CancellationToken cancellationToken)
    {
        if (cursor is not { } position)
        {
            return newest;
        }

        if (position > newest)
        {
            await RefuseAsync(subscriber, "FutureCursor", "Cursor in the future.");
            return null;
        }

        var window = time.GetUtcNow() - options.BackfillLimit;
        var floor = position < newest ? await store.FindFloorAsync(window, cancellationToken) : position;
        if (position < floor)
        {
            await TellOutdatedAsync(subscriber, cancellationToken);
            return floor;
        }

        return position;
    }

    /// <param name="live">Whether it has had all there was: only then does it have to keep up.</param>
    private async Task StreamAsync(Subscriber subscriber, long position, bool live, CancellationToken cancellationToken)
    {
        var events = new StreamEvent[BatchCount];
        while (true)
        {
            if (live && ring.Newest - position > options.MaxSubscriptionBuffer
                && ring.CountAfter(position) > options.MaxSubscriptionBuffer)
            {
                await RefuseAsync(subscriber, "ConsumerTooSlow", "Stream consumer too slow");
                return;
            }

            var count = ring.Read(position, events);
            if (count < 0)
            {
                position = await ReplayAsync(subscriber, position, cancellationToken);
                continue;
            }

            if (count == 0)
            {
                live = true;
                await ring.WaitAsync(position, cancellationToken);
                continue;
            }

            for (var i = 0; i < count; i++)
            {
                await SendAsync(subscriber, events[i].Frame, isMoreToCome: i < count - 1, cancellationToken);
                subscriber.Position = position = events[i].Seq;
            }

            RepoTelemetry.EventsSent.Add(count);
        }
    }

    // Reads the log page by page until the ring goes on, each while the one before is sent.
    private async Task<long> ReplayAsync(Subscriber subscriber, long position, CancellationToken cancellationToken)
    {
        Task<List<StreamEvent>>? reading = store.ReadAsync(position, PageCount, PageBytes, cancellationToken);
        try
        {
            while (reading is not null)
            {
                var page = await reading;
                reading = page.Count > 0 && page[^1].Seq < ring.Floor
                    ? store.ReadAsync(page[^1].Seq, PageCount, PageBytes, cancellationToken)
                    : null;
                position = await SendPageAsync(subscriber, page, position, cancellationToken);
            }

            return position;
        }
        finally
        {
            if (reading is Task ahead)
            {
                await ahead.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<long> SendPageAsync(
        Subscriber subscriber, List<StreamEvent> page, long position, CancellationToken cancellationToken)
    {
        var next = page.Count > 0 ? page[0].Seq : Math.Max(position, ring.Floor) + 1;
        if (next > position + 1 && await partitions.GetFirstAsync(cancellationToken) > position + 1)
        {
            // What came next was dropped from the log while this subscriber was on its way there.
            await TellOutdatedAsync(subscriber, cancellationToken);
        }

        for (var i = 0; i < page.Count; i++)
        {
            await SendAsync(subscriber, page[i].Frame, isMoreToCome: i < page.Count - 1, cancellationToken);
            subscriber.Position = position = page[i].Seq;
        }

        RepoTelemetry.EventsSent.Add(page.Count);
        if (page.Count == 0)
        {
            // What lay between here and the ring belonged to accounts that were deleted, or the ring has yet to start.
            position = Math.Max(position, ring.Floor);
            await ring.WaitAsync(position, cancellationToken);
        }

        return position;
    }

    private static Task RefuseAsync(Subscriber subscriber, string error, string message)
    {
        RepoTelemetry.SubscribersDropped.Add(1, new KeyValuePair<string, object?>("reason", error));
        return subscriber.RefuseAsync(error, message);
    }

    private ValueTask TellOutdatedAsync(Subscriber subscriber, CancellationToken cancellationToken) => SendAsync(
        subscriber,
        EventFrame.Info("OutdatedCursor", "Requested cursor exceeded limit. Possibly missing events"),
        isMoreToCome: false,
        cancellationToken);

    private async ValueTask SendAsync(
        Subscriber subscriber, ReadOnlyMemory<byte> frame, bool isMoreToCome, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var send = subscriber.SendAsync(frame, isMoreToCome);
        if (send.IsCompletedSuccessfully)
        {
            return;
        }

        // A timer only where the connection did not take the message at once.
        try
        {
            await send.AsTask().WaitAsync(SendTime, time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            subscriber.Abort();
            throw;
        }
    }

    private static async Task DrainAsync(Subscriber subscriber, CancellationTokenSource end, CancellationToken stop)
    {
        try
        {
            await subscriber.DrainAsync(stop);
        }
        catch (OperationCanceledException)
        {
            // The stream ended first.
        }

        await end.CancelAsync();
    }

    private static async Task LeaveAsync(Subscriber subscriber)
    {
        try
        {
            await subscriber.LeaveAsync();
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
        {
            // It went away, or does not listen.
        }
    }
}
