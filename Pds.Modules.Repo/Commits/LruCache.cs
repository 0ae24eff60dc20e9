using System.Diagnostics.CodeAnalysis;

namespace Pds.Modules.Repo.Commits;

/// <summary>A cache bounded by the sum of its entries' sizes; what was used longest ago goes first.</summary>
/// <param name="capacity">In the unit of <paramref name="sizeOf"/>.</param>
/// <param name="sizeOf">Asked when an entry is set. An entry that grows is set again.</param>
internal sealed class LruCache<TKey, TValue>(long capacity, Func<TValue, long> sizeOf)
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = new();
    private long _size;

    public long Size => Volatile.Read(ref _size);

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out var node))
            {
                if (node != _byUse.First)
                {
                    _byUse.Remove(node);
                    _byUse.AddFirst(node);
                }

                value = node.Value.Value;
                return true;
            }
        }

        value = default;
        return false;
    }

    public void Set(TKey key, TValue value)
    {
        var size = sizeOf(value);
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out var node))
            {
                _byUse.Remove(node);
                _size -= node.Value.Size;
                node.Value = new Entry(key, value, size);
            }
            else
            {
                node = new LinkedListNode<Entry>(new Entry(key, value, size));
                _entries.Add(key, node);
            }

            _byUse.AddFirst(node);
            _size += size;
            while (_size > capacity && _byUse.Last is { } last && last != node)
            {
                Drop(last);
            }
        }
    }

    /// <summary>Removes the entry if it still holds this value.</summary>
    public void Remove(TKey key, TValue value)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out var node) && EqualityComparer<TValue>.Default.Equals(node.Value.Value, value))
            {
                Drop(node);
            }
        }
    }

    private void Drop(LinkedListNode<Entry> node)
    {
        _byUse.Remove(node);
        _entries.Remove(node.Value.Key);
        _size -= node.Value.Size;
    }

    private readonly record struct Entry(TKey Key, TValue Value, long Size);
}
