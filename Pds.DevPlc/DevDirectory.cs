using System.Collections.Concurrent;
using AtProto;
using AtProto.Plc;

namespace Pds.DevPlc;

/// <summary>All logs, and the order in which operations came. Readers take no lock: a log is immutable.</summary>
internal sealed class DevDirectory : IDisposable
{
    private readonly ConcurrentDictionary<Did, Slot> _slots = new();
    private readonly List<PlcLogEntry> _arrivals = [];
    private readonly Lock _arrivalsLock = new();
    private readonly SemaphoreSlim _order = new(1);
    private readonly Journal? _journal;
    private readonly TimeProvider _time;

    private DevDirectory(Journal? journal, TimeProvider time)
    {
        _journal = journal;
        _time = time;
    }

    /// <summary>Opens the directory kept in a file, or an empty one that is kept nowhere.</summary>
    public static DevDirectory Open(string? path, TimeProvider time)
    {
        if (string.IsNullOrEmpty(path))
        {
            return new DevDirectory(null, time);
        }

        var journal = Journal.Open(path, out var entries);
        var directory = new DevDirectory(journal, time);
        foreach (var entry in entries)
        {
            var slot = directory._slots.GetOrAdd(entry.Did, static did => new Slot(did));
            slot.Log = slot.Log.Append(entry.Operation, entry.CreatedAt);
            directory._arrivals.Add(entry);
        }

        return directory;
    }

    /// <summary>The log of a DID; null when it is not registered.</summary>
    public PlcLog? Find(Did did) => _slots.TryGetValue(did, out var slot) && !slot.Log.Entries.IsEmpty ? slot.Log : null;

    /// <summary>Takes an operation, on disk when it returns.</summary>
    /// <exception cref="PlcException">A rule is broken; nothing has changed.</exception>
    public async Task AppendAsync(Did did, PlcOperation operation, CancellationToken cancellationToken)
    {
        if (PlcDirectoryRules.FindFault(operation) is { } fault)
        {
            throw new PlcException(fault);
        }

        if (!_slots.TryGetValue(did, out var slot))
        {
            // Judged before it has a place, so that refused operations leave nothing behind.
            PlcLog.Empty(did).Append(operation, _time.GetUtcNow());
            slot = _slots.GetOrAdd(did, static did => new Slot(did));
        }

        await slot.Gate.WaitAsync(cancellationToken);
        try
        {
            var log = slot.Log.Append(operation, NextTime(slot.Log));
            await KeepAsync(log.Entries[^1], cancellationToken);
            slot.Log = log;
        }
        finally
        {
            slot.Gate.Release();
        }
    }

    /// <summary>Operations in order of arrival, with the number of each, counted from one.</summary>
    public List<(int Seq, PlcLogEntry Entry)> Export(int count, int afterSeq, DateTimeOffset? afterTime)
    {
        var page = new List<(int, PlcLogEntry)>();
        lock (_arrivalsLock)
        {
            for (var i = afterSeq; i < _arrivals.Count && page.Count < count; i++)
            {
                if (afterTime is null || _arrivals[i].CreatedAt > afterTime)
                {
                    page.Add((i + 1, _arrivals[i]));
                }
            }
        }

        // An arrival is remembered as it came; whether it was nullified since is in its log.
        return page.ConvertAll(item => (item.Item1, Current(item.Item2)));
    }

    public void Dispose()
    {
        _journal?.Dispose();
        _order.Dispose();
    }

    // One at a time, so that the order in the file is the order that readers saw.
    private async Task KeepAsync(PlcLogEntry entry, CancellationToken cancellationToken)
    {
        await _order.WaitAsync(cancellationToken);
        try
        {
            if (_journal is not null)
            {
                await _journal.AppendAsync(entry);
            }

            lock (_arrivalsLock)
            {
                _arrivals.Add(entry);
            }
        }
        finally
        {
            _order.Release();
        }
    }

    private PlcLogEntry Current(PlcLogEntry arrival) =>
        Find(arrival.Did)?.Entries.FirstOrDefault(entry => entry.CreatedAt == arrival.CreatedAt) ?? arrival;

    // Whole milliseconds, as they are printed, and rising within a log, as recovery demands.
    private DateTimeOffset NextTime(PlcLog log)
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(_time.GetUtcNow().ToUnixTimeMilliseconds());
        return log.Entries is [.., var last] && last.CreatedAt >= now ? last.CreatedAt.AddMilliseconds(1) : now;
    }

    private sealed class Slot(Did did)
    {
        public SemaphoreSlim Gate { get; } = new(1);

        public volatile PlcLog Log = PlcLog.Empty(did);
    }
}
