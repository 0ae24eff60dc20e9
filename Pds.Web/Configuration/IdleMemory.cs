using System.Runtime;
using System.Runtime.InteropServices;

namespace Pds.Web.Configuration;

/// <summary>
/// Gives memory back to the machine when there is little to do: after the start, which needs more than what follows, and after
/// busy times. The collector would keep it until it is asked for something.
/// </summary>
internal sealed class IdleMemory(TimeProvider time) : BackgroundService
{
    // In this time...
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(20);

    // ...no more than this is used by a server at rest, and there is something to gain after so much.
    private const long AtRest = 4 << 20;
    private const long WorthIt = 32 << 20;

    private delegate int TrimNative(nuint kept);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var trimNative = FindTrimNative();
        using var timer = new PeriodicTimer(Period, time);
        var (before, trimmed) = (0L, -WorthIt);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var allocated = GC.GetTotalAllocatedBytes();
            if (allocated - before < AtRest && allocated - trimmed >= WorthIt)
            {
                trimmed = allocated;
                GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                trimNative?.Invoke(0);
                ProgramPages.LetGo();
            }

            before = allocated;
        }
    }

    // What the compiler of the runtime and the cryptography have freed stays with the C library, glibc at least.
    private static TrimNative? FindTrimNative() =>
        OperatingSystem.IsLinux()
        && NativeLibrary.TryLoad("libc.so.6", out var library)
        && NativeLibrary.TryGetExport(library, "malloc_trim", out var address)
            ? Marshal.GetDelegateForFunctionPointer<TrimNative>(address)
            : null;
}
