using System.Diagnostics.CodeAnalysis;

namespace Pds.Modules.Repo.Commits;

/// <summary>A cache bounded by the sum of its entries' sizes; what was used longest ago goes first.</summary>
/// <param name="capacity">In the unit of <paramref name="sizeOf"/>.</param>
/// <param name="sizeOf">Asked when an entry is added or resized.</param>
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

    /// <summary>The value that is there; else this one, which is then.</summary>
    public TValue GetOrAdd(TKey key, TValue value)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out var node))
            {
                return node.Value.Value;
            }

            node = new LinkedListNode<Entry>(new Entry(key, value, sizeOf(value)));
            _entries.Add(key, node);
            _byUse.AddFirst(node);
            _size += node.Value.Size;
            Trim(node);
        }

        return value;
    }

    /// <summary>Asks an entry's size again, if it still holds this value.</summary>
    public void Resize(TKey key, TValue value)
    {
        var size = sizeOf(value);
        lock (_gate)
        {
            if (Find(key, value) is { } node)
            {
                _size += size - node.Value.Size;
                node.Value = node.Value with { Size = size };
                Trim(node);
            }
        }
    }

    /// <summary>Removes the entry if it still holds this value.</summary>
    public void Remove(TKey key, TValue value)
    {
        lock (_gate)
        {
            if (Find(key, value) is { } node)
            {
                Drop(node);
            }
        }
    }

    private LinkedListNode<Entry>? Find(TKey key, TValue value) =>
        _entries.TryGetValue(key, out var node) && EqualityComparer<TValue>.Default.Equals(node.Value.Value, value)
            ? node
            : null;

    private void Trim(LinkedListNode<Entry> kept)
    {
        while (_size > capacity && _byUse.Last is { } last && last != kept)
        {
            Drop(last);
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
