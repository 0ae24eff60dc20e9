using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Pds.Modules.Auth;

/// <summary>Keeps what is dear to make, by a text; between one and two generations of entries are kept.</summary>
/// <remarks>
/// What is used moves to the young generation, and when that is full the old one is dropped: least recently used, without a
/// list to lock. A flood of strange entries costs what making them costs anyway, and no memory.
/// </remarks>
internal sealed class BoundedCache<T>(int generationSize) where T : class
{
    private ConcurrentDictionary<string, T> _young = new(StringComparer.Ordinal);
    private ConcurrentDictionary<string, T> _old = new(StringComparer.Ordinal);
    private int _count;

    public bool TryGet(ReadOnlySpan<char> text, [NotNullWhen(true)] out T? value)
    {
        if (_young.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out value))
        {
            return true;
        }

        if (_old.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out value))
        {
            Add(text.ToString(), value);
            return true;
        }

        return false;
    }

    public void Add(string text, T value)
    {
        if (!_young.TryAdd(text, value) || Interlocked.Increment(ref _count) != generationSize)
        {
            return;
        }

        // Only the thread that counted to the limit comes here; an entry lost in between is made again.
        _old = _young;
        _young = new ConcurrentDictionary<string, T>(StringComparer.Ordinal);
        Volatile.Write(ref _count, 0);
    }
}
