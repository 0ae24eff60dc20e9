namespace Pds.Modules.Repo.Firehose;

/// <summary>
/// The newest events, in memory, for all subscribers of this process. Between its oldest and its newest no event is
/// missing. Bounded by count and by bytes.
/// </summary>
public sealed class EventRing
{
    private static readonly KeyValuePair<string, object?>[] Kinds = Array.ConvertAll(
        Enum.GetValues<EventKind>(), static kind => new KeyValuePair<string, object?>("kind", NameOf(kind)));

    private readonly Lock _gate = new();
    private readonly long _maxBytes;
    private StreamEvent[] _events;
    private int _start;
    private int _count;
    private long _bytes;
    private long _floor;
    private long _newest = -1;
    private TaskCompletionSource _changed = NewSignal();

    /// <param name="maxCount">How many events are kept.</param>
    /// <param name="maxBytes">How many bytes of frames are kept.</param>
    public EventRing(int maxCount = 16_384, long maxBytes = 64L << 20)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxCount);
        _events = new StreamEvent[maxCount];
        _maxBytes = maxBytes;
    }

    /// <summary>The number of the newest event, 0 when there has never been one, -1 until the tail has started.</summary>
    public long Newest => Volatile.Read(ref _newest);

    /// <summary>Everything after this number, up to <see cref="Newest"/>, can be read here.</summary>
    public long Floor => Volatile.Read(ref _floor);

    /// <summary>Copies events that follow a number, oldest first.</summary>
    /// <param name="after">The last number that the reader has.</param>
    /// <param name="destination">Filled from the start.</param>
    /// <returns>How many were copied, 0 when there is nothing newer; -1 when what follows has left the ring: read it from <see cref="EventStore"/>.</returns>
    public int Read(long after, Span<StreamEvent> destination)
    {
        lock (_gate)
        {
            if (after < _floor || _newest < 0)
            {
                return -1;
            }

            var from = FirstAfter(after);
            var copied = Math.Min(_count - from, destination.Length);
            for (var i = 0; i < copied; i++)
            {
                destination[i] = At(from + i);
            }

            return copied;
        }
    }

    /// <summary>How many events here follow a number; numbers may have been left out.</summary>
    public int CountAfter(long after)
    {
        lock (_gate)
        {
            return _count - FirstAfter(after);
        }
    }

    /// <summary>Completes once there is an event after this number.</summary>
    public async Task WaitAsync(long after, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_newest > after)
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Starts empty after the newest event of the log.</summary>
    internal void Start(long newest)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            (_floor, _newest) = (newest, newest);
            (changed, _changed) = (_changed, NewSignal());
        }

        changed.TrySetResult();
    }

    /// <summary>Adds events that this process has just made; false, and nothing added, when others come before them.</summary>
    internal bool TryAppend(ReadOnlySpan<StreamEvent> events)
    {
        lock (_gate)
        {
            if (_newest < 0 || events[0].Seq > _newest + 1)
            {
                return false;
            }
        }

        Append(events);
        return true;
    }

    /// <summary>Adds events as they follow one another in the log; those already here are skipped.</summary>
    internal void Append(ReadOnlySpan<StreamEvent> events)
    {
        TaskCompletionSource? changed = null;
        lock (_gate)
        {
            foreach (var item in events)
            {
                if (item.Seq > _newest)
                {
                    Add(item);
                    changed = _changed;
                }
            }

            if (changed is not null)
            {
                _changed = NewSignal();
            }
        }

        changed?.SetResult();
    }

    private void Add(StreamEvent item)
    {
        RepoTelemetry.Events.Add(1, Kinds[(int)item.Kind - 1]);
        if (item.Kind == EventKind.AccountDeleted)
        {
            Purge(item.RepoId);
        }

        while (_count > 0 && (_count == _events.Length || _bytes + item.Frame.Length > _maxBytes))
        {
            RemoveOldest();
        }

        _events[(_start + _count) % _events.Length] = item;
        _count++;
        _bytes += item.Frame.Length;
        Volatile.Write(ref _newest, item.Seq);
    }

    private void RemoveOldest()
    {
        var oldest = _events[_start];
        _events[_start] = null!;
        _start = (_start + 1) % _events.Length;
        _count--;
        _bytes -= oldest.Frame.Length;
        Volatile.Write(ref _floor, oldest.Seq);
    }

    private void Purge(long repoId)
    {
        var kept = new StreamEvent[_events.Length];
        var count = 0;
        _bytes = 0;
        for (var i = 0; i < _count; i++)
        {
            if (At(i) is var item && item.RepoId != repoId)
            {
                kept[count++] = item;
                _bytes += item.Frame.Length;
            }
        }

        (_events, _start, _count) = (kept, 0, count);
    }

    private int FirstAfter(long after)
    {
        var (low, high) = (0, _count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (At(middle).Seq > after)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }

    private StreamEvent At(int index) => _events[(_start + index) % _events.Length];

    private static string NameOf(EventKind kind) => kind switch
    {
        EventKind.Commit => "commit",
        EventKind.Sync => "sync",
        EventKind.Identity => "identity",
        _ => "account",
    };

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
