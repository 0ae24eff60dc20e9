using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Pds.Tests.Replicas;

/// <summary>
/// What a chaos run has measured, a row to each thing that went wrong. It is printed when the run is over, and lies as
/// <c>chaos.txt</c> beside the tests. <c>PDS_TEST_EFFORT=10</c> makes outages last ten times as long.
/// </summary>
public sealed class ChaosTable : IDisposable
{
    // Of all classes of the run: the file holds what has come together.
    private static readonly ConcurrentQueue<string> All = new();

    private readonly ConcurrentQueue<string> _rows = new();

    /// <summary>How many times as long as in a usual run.</summary>
    public static int Effort { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("PDS_TEST_EFFORT"), CultureInfo.InvariantCulture, out var effort) ? effort : 1;

    /// <summary>How long what goes away stays away.</summary>
    public static TimeSpan Outage => TimeSpan.FromSeconds(3 * Effort);

    /// <summary>Adds a row.</summary>
    public void Add(string what, string figures)
    {
        var row = $"{what,-44} {figures}";
        _rows.Enqueue(row);
        All.Enqueue(row);
    }

    /// <summary>Seconds since a timestamp, to be read.</summary>
    public static string Since(long timestamp) =>
        string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(timestamp).TotalSeconds:0.0} s");

    public void Dispose()
    {
        if (_rows.IsEmpty)
        {
            return;
        }

        lock (All)
        {
            File.WriteAllLines(Path.Combine(AppContext.BaseDirectory, "chaos.txt"), All);
        }

        TestContext.Current.SendDiagnosticMessage("{0}", string.Join(Environment.NewLine, _rows));
    }
}
