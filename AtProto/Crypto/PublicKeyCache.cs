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
internal static class PublicKeyCache
{
    private const int GenerationSize = 4096;

    private static ConcurrentDictionary<string, PublicKey> s_young = new(StringComparer.Ordinal);
    private static ConcurrentDictionary<string, PublicKey> s_old = new(StringComparer.Ordinal);
    private static int s_count;

    public static bool TryGet(ReadOnlySpan<char> text, [NotNullWhen(true)] out PublicKey? key)
    {
        if (s_young.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out key))
        {
            return true;
        }

        if (s_old.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out key))
        {
            Add(text, key);
            return true;
        }

        return false;
    }

    public static void Add(ReadOnlySpan<char> text, PublicKey key)
    {
        if (!s_young.TryAdd(text.ToString(), key) || Interlocked.Increment(ref s_count) != GenerationSize)
        {
            return;
        }

        // Only the thread that counted to the limit comes here; an entry lost in between is parsed again.
        s_old = s_young;
        s_young = new ConcurrentDictionary<string, PublicKey>(StringComparer.Ordinal);
        Volatile.Write(ref s_count, 0);
    }
}
