namespace Pds.Modules.Auth.OAuth.Proofs;

/// <summary>
/// What this process has seen, each until its time is over, in bounded memory: when it is full, what would be forgotten
/// next is forgotten first.
/// </summary>
/// <param name="capacity">The most entries, about 60 bytes each.</param>
internal sealed class UsedOnce(int capacity)
{
    private const int ShardCount = 16;

    private readonly Shard[] _shards = Enumerable.Range(0, ShardCount).Select(_ => new Shard(capacity / ShardCount)).ToArray();

    /// <summary>Notes a key; false when it was noted before and its time is not over.</summary>
    /// <param name="key">Evenly distributed, such as a hash.</param>
    public bool TryAdd(UInt128 key, long now, long until) => _shards[(int)(key & (ShardCount - 1))].TryAdd(key, now, until);

    /// <summary>Whether a key was noted and its time is not over.</summary>
    public bool Contains(UInt128 key) => _shards[(int)(key & (ShardCount - 1))].Contains(key);

    private sealed class Shard(int capacity)
    {
        private readonly Lock _lock = new();
        private readonly HashSet<UInt128> _keys = [];
        private readonly PriorityQueue<UInt128, long> _ends = new();

        public bool Contains(UInt128 key)
        {
            lock (_lock)
            {
                return _keys.Contains(key);
            }
        }

        public bool TryAdd(UInt128 key, long now, long until)
        {
            lock (_lock)
            {
                while (_ends.TryPeek(out var over, out var end) && end <= now)
                {
                    _ends.Dequeue();
                    _keys.Remove(over);
                }

                if (!_keys.Add(key))
                {
                    return false;
                }

                if (_keys.Count > capacity)
                {
                    _keys.Remove(_ends.Dequeue());
                }

                _ends.Enqueue(key, until);
                return true;
            }
        }
    }
}
