using System.Diagnostics;
using System.Globalization;

namespace Pds.AppHost.Local;

/// <summary>The processes of a run, in a file, for the next run to end what a killed one could not.</summary>
internal static class ProcessRecord
{
    // A start time is computed, from clocks that may be set.
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);

    public static void Write(string path, IEnumerable<Process> processes) => File.WriteAllLines(
        path,
        processes.Where(process => !process.HasExited).Select(process => string.Create(
            CultureInfo.InvariantCulture, $"{process.Id} {process.StartTime.ToUniversalTime().Ticks} {process.ProcessName}")));

    /// <summary>Ends the processes of the file that still run. They are written to be killed.</summary>
    public static async Task EndLeftoversAsync(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        foreach (var line in await File.ReadAllLinesAsync(path))
        {
            if (line.Split(' ', 3) is [var id, var ticks, var name]
                && Find(int.Parse(id, CultureInfo.InvariantCulture)) is { } process
                && process.ProcessName == name
                && (process.StartTime.ToUniversalTime() - new DateTime(long.Parse(ticks, CultureInfo.InvariantCulture))).Duration() < Tolerance)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync();
            }
        }

        File.Delete(path);
    }

    private static Process? Find(int id)
    {
        try
        {
            return Process.GetProcessById(id);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
