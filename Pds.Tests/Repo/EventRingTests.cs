using Pds.Modules.Repo.Firehose;

namespace Pds.Tests.Repo;

public sealed class EventRingTests
{
    [Fact]
    public void Gives_what_follows_a_number_in_order()
    {
        var ring = Started(after: 10);
        ring.Append([Event(11), Event(12), Event(13)]);

        Assert.Equal([12, 13], Read(ring, after: 11));
        Assert.Equal([], Read(ring, after: 13));
    }

    [Fact]
    public void Sends_a_reader_to_the_log_when_its_place_has_left()
    {
        var ring = Started(after: 0, maxCount: 2);
        ring.Append([Event(1), Event(2), Event(3)]);

        Assert.False(CanRead(ring, after: 0));
        Assert.Equal([2, 3], Read(ring, after: 1));
    }

    [Fact]
    public void Keeps_within_its_bytes()
    {
        var ring = Started(after: 0, maxBytes: 250);
        ring.Append([Event(1, size: 100), Event(2, size: 100), Event(3, size: 100)]);

        Assert.Equal(1, ring.Floor);
        Assert.Equal([2, 3], Read(ring, after: 1));
    }

    [Fact]
    public void Refuses_to_leave_a_gap_and_takes_what_the_log_says()
    {
        var ring = Started(after: 5);

        Assert.False(ring.TryAppend([Event(7)]));
        ring.Append([Event(6), Event(7)]);
        Assert.True(ring.TryAppend([Event(8)]));
        ring.Append([Event(7), Event(8), Event(12)]);

        Assert.Equal([6, 7, 8, 12], Read(ring, after: 5));
    }

    [Fact]
    public void Takes_nothing_before_it_has_started()
    {
        var ring = new EventRing();

        Assert.False(ring.TryAppend([Event(1)]));
        Assert.False(CanRead(ring, after: 0));
    }

    [Fact]
    public void Drops_what_a_deleted_account_has_said()
    {
        var ring = Started(after: 0);
        ring.Append([Event(1, repoId: 1), Event(2, repoId: 2), Event(3, repoId: 1)]);

        ring.Append([Event(4, repoId: 1, kind: EventKind.AccountDeleted)]);

        Assert.Equal([2, 4], Read(ring, after: 0));
    }

    [Fact]
    public async Task Wakes_whoever_waits_for_more()
    {
        var ring = Started(after: 1);
        var waiting = ring.WaitAsync(after: 1, TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);

        ring.Append([Event(2)]);

        await waiting;
        await ring.WaitAsync(after: 1, TestContext.Current.CancellationToken);
    }

    private static EventRing Started(long after, int maxCount = 16, long maxBytes = 1 << 20)
    {
        var ring = new EventRing(maxCount, maxBytes);
        ring.Start(after);
        return ring;
    }

    private static StreamEvent Event(long seq, long repoId = 1, EventKind kind = EventKind.Commit, int size = 1) =>
        new(seq, repoId, kind, DateTimeOffset.UnixEpoch, new byte[size]);

    private static bool CanRead(EventRing ring, long after) => ring.Read(after, new StreamEvent[1]) >= 0;

    private static long[] Read(EventRing ring, long after)
    {
        var events = new StreamEvent[16];
        var count = ring.Read(after, events);
        return Array.ConvertAll(events[..count], item => item.Seq);
    }
}
