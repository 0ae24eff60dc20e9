using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace AtProto.Crypto;

/// <summary>
/// Keys by their Multikey text. Parsing takes a square root modulo the field's prime and the first verification an
/// import: together dearer than the verification itself, and the same keys return all the time.
/// </summary>
/// <remarks>
/// Two generations of bounded size: what is used moves to the young one, and when that is full the old one is dropped. A
/// flood of strange keys costs what parsing costs anyway, and no memory.
/// </remarks>
internal sealed class PublicKeyCache(int generationSize)
{
    private ConcurrentDictionary<string, PublicKey> _young = new(StringComparer.Ordinal);
    private ConcurrentDictionary<string, PublicKey> _old = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>The cache of this process.</summary>
    public static PublicKeyCache Shared { get; } = new(generationSize: 4096);

    public bool TryGet(ReadOnlySpan<char> text, [NotNullWhen(true)] out PublicKey? key)
    {
        if (_young.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out key))
        {
            return true;
        }

        if (_old.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out key))
        {
            Add(text, key);
            return true;
        }

        return false;
    }

    public void Add(ReadOnlySpan<char> text, PublicKey key)
    {
        if (!_young.TryAdd(text.ToString(), key) || Interlocked.Increment(ref _count) != generationSize)
        {
            return;
        }

        // Only the thread that counted to the limit comes here; an entry lost in between is parsed again.
        _old = _young;
        _young = new ConcurrentDictionary<string, PublicKey>(StringComparer.Ordinal);
        Volatile.Write(ref _count, 0);
    }
}
