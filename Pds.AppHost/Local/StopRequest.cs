using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Pds.AppHost.Local;

/// <summary>Somebody wants this run to end: by Ctrl+C, by a signal, or by having ended the <c>dotnet run</c> above it.</summary>
internal sealed class StopRequest : IDisposable
{
    private static readonly TimeSpan ParentCheck = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _signals;

    public StopRequest()
    {
        _signals = Array.ConvertAll(
            [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT],
            signal => PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                _source.Cancel();
            }));
        _ = WatchParentAsync();
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        Array.ForEach(_signals, signal => signal.Dispose());
        _source.Cancel();
        _source.Dispose();
    }

    // A "dotnet run" that was killed could not pass it on.
    private async Task WatchParentAsync()
    {
        if (ParentId() is not { } parent || !IsDotnet(parent))
        {
            return;
        }

        var stopped = Token;
        using var timer = new PeriodicTimer(ParentCheck, TimeProvider.System);
        while (!stopped.IsCancellationRequested && ParentId() == parent)
        {
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }

        if (!stopped.IsCancellationRequested)
        {
            await _source.CancelAsync();
        }
    }

    private static int? ParentId() => OperatingSystem.IsWindows() ? null : getppid();

    private static bool IsDotnet(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return process.ProcessName == "dotnet";
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int getppid();
}
