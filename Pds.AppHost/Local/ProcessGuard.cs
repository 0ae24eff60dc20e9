using System.Diagnostics;

namespace Pds.AppHost.Local;

/// <summary>
/// A shell at the other end of a pipe, which asks processes to end once the pipe is closed: on our word, or because we were
/// killed. Not on Windows: there the record of the processes serves at the next start.
/// </summary>
internal sealed class ProcessGuard : IDisposable
{
    // Each line replaces the list before it. Ctrl+C reaches the shell too; it has to outlive us.
    private const string Script =
        """
        trap '' INT TERM HUP QUIT
        while read -r line; do ids=$line; done
        kill -TERM $ids 2>/dev/null
        """;

    private readonly Process _shell;

    private ProcessGuard(Process shell) => _shell = shell;

    public static ProcessGuard? Start()
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        var start = new ProcessStartInfo("/bin/sh", ["-c", Script]) { RedirectStandardInput = true };
        return new ProcessGuard(Process.Start(start)!);
    }

    /// <summary>Names the processes to end, all of them, each time anew.</summary>
    public void Watch(IEnumerable<int> ids)
    {
        _shell.StandardInput.WriteLine(string.Join(' ', ids));
        _shell.StandardInput.Flush();
    }

    /// <summary>Asks those that were named last to end.</summary>
    public void Dispose()
    {
        _shell.StandardInput.Close();
        _shell.WaitForExit();
        _shell.Dispose();
    }
}
