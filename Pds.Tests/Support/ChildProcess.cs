using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Pds.Tests.Support;

/// <summary>A process of a test, which does not outlive the tests however they end.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int KeptLines = 60;

    private readonly Process _process;
    private readonly Process? _guard;
    private readonly ConcurrentQueue<string> _output = new();
    private bool _isGone;

    private ChildProcess(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _guard = StartGuard(_process.Id);
    }

    public bool HasExited => _process.HasExited;

    /// <summary>The lines that it printed last.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Starts a program.</summary>
    public static ChildProcess Start(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, string? folder = null)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder ?? "" };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new ChildProcess(start);
    }

    /// <summary>Tells it to stop (SIGTERM), and returns when it has.</summary>
    public async Task StopAsync()
    {
        using var signal = Process.Start("/bin/kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await DisposeAsync();
    }

    /// <summary>Ends it without a word, as <c>kill -9</c> does.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isGone)
        {
            return;
        }

        _isGone = true;
        _guard?.Kill();
        _guard?.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            RunLog.Add(line);
            _output.Enqueue(line);
            while (_output.Count > KeptLines)
            {
                _output.TryDequeue(out _);
            }
        }
    }

    // A shell at the other end of a pipe, which ends the process should the tests be killed themselves.
    private static Process? StartGuard(int id) => OperatingSystem.IsWindows()
        ? null
        : Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "read -r _; kill -9 $1", "sh", id.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
        });
}
