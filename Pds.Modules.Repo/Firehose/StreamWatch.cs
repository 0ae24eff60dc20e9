using System.Collections.Concurrent;
using Pds.Contracts.Repo;

namespace Pds.Modules.Repo.Firehose;

/// <summary>Knows who follows the event stream of this process, and how the stream stands.</summary>
public sealed class StreamWatch
{
    private readonly ConcurrentDictionary<Subscriber, DateTimeOffset> _subscribers = new();
    private readonly EventStore _events;
    private readonly EventPartitionStore _partitions;
    private readonly EventRing _ring;
    private readonly TimeProvider _time;

    internal StreamWatch(EventStore events, EventPartitionStore partitions, EventRing ring, TimeProvider time) =>
        (_events, _partitions, _ring, _time) = (events, partitions, ring, time);

    /// <summary>How many subscribers there are, and how many events the one that is furthest behind has to come.</summary>
    internal (int Count, long Behind) Measure()
    {
        var (count, most, newest) = (0, 0L, _ring.Newest);
        foreach (var (subscriber, _) in _subscribers)
        {
            count++;
            most = Math.Max(most, newest - subscriber.Position);
        }

        return (count, most);
    }

    internal void Add(Subscriber subscriber) => _subscribers[subscriber] = _time.GetUtcNow();

    internal void Remove(Subscriber subscriber) => _subscribers.TryRemove(subscriber, out _);

    internal async Task<StreamFigures> DescribeAsync(CancellationToken cancellationToken)
    {
        var (oldest, newest, last) = await _events.FindEndsAsync(cancellationToken);
        var partitions = await _partitions.ListAsync(cancellationToken);
        var subscribers = new List<SubscriberState>();
        foreach (var (subscriber, since) in _subscribers)
        {
            var position = subscriber.Position;
            subscribers.Add(new SubscriberState(
                subscriber.Address, subscriber.UserAgent, since, position, Math.Max(0, last - position)));
        }

        subscribers.Sort((one, other) => other.Behind.CompareTo(one.Behind));
        return new StreamFigures(
            oldest?.Seq, oldest?.At, last, newest?.At, Math.Max(0, _ring.Newest), partitions.Sum(partition => partition.Bytes),
            partitions.Count, subscribers);
    }
}
