using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace Pds.Tests.Fuzzing;

/// <summary>
/// The map in which instrumented code counts the branches that it takes, as AFL's does. There is one for the process, so one
/// target runs at a time, on one thread.
/// </summary>
internal sealed class Coverage
{
    private const int Size = 1 << 16;

    // Written through a pointer, so it must stay where it is.
    private static readonly byte[] Map = GC.AllocateArray<byte>(Size, pinned: true);

    private readonly byte[] _seen = new byte[Size];

    /// <summary>How many branches were ever taken.</summary>
    public int Branches => _seen.Count(counts => counts != 0);

    /// <summary>Makes the map known to instrumented code, before any of that runs.</summary>
    public static void Install() =>
        typeof(Trace).GetField(nameof(Trace.SharedMem))!.SetValue(null, Marshal.UnsafeAddrOfPinnedArrayElement(Map, 0));

    /// <summary>Forgets what the last input did.</summary>
    public static void Clear()
    {
        Array.Clear(Map);
        Trace.PrevLocation = 0;
    }

    /// <summary>Whether the last input took a branch, or took one so often, as none did before it.</summary>
    public bool AddLast()
    {
        var isNew = false;
        for (var at = Map.AsSpan().IndexOfAnyExcept((byte)0); at >= 0;)
        {
            var bucket = Bucket(Map[at]);
            isNew |= (_seen[at] & bucket) == 0;
            _seen[at] |= bucket;
            var next = Map.AsSpan(at + 1).IndexOfAnyExcept((byte)0);
            at = next < 0 ? -1 : at + 1 + next;
        }

        return isNew;
    }

    private static byte Bucket(byte count) => count switch
    {
        1 => 1,
        2 => 2,
        3 => 4,
        < 8 => 8,
        < 16 => 16,
        < 32 => 32,
        < 128 => 64,
        _ => 128,
    };
}
