using Pds.Modules.Moving.Engine;
using Spectre.Console;

namespace Pds.Cli.Moving;

/// <summary>A bar for each step of a move.</summary>
internal sealed class MoveBars : IProgress<MoveProgress>
{
    private static readonly Dictionary<MoveStep, string> Names = new()
    {
        [MoveStep.SignIn] = "Sign in",
        [MoveStep.Account] = "New account",
        [MoveStep.Repository] = "Records",
        [MoveStep.Blobs] = "Files",
        [MoveStep.Preferences] = "Preferences",
        [MoveStep.Check] = "Check of everything",
        [MoveStep.Identity] = "Identity",
        [MoveStep.Activation] = "Activation",
        [MoveStep.Departure] = "Old account rests",
    };

    private readonly Lock _gate = new();
    private ProgressContext? _bars;
    private ProgressTask? _bar;
    private MoveStep? _step;

    public void Report(MoveProgress value)
    {
        lock (_gate)
        {
            if (_bars is null)
            {
                return;
            }

            if (_step != value.Step)
            {
                End();
                (_step, _bar) = (value.Step, _bars.AddTask(Names[value.Step]));
            }

            _bar!.IsIndeterminate = value.Total is null;
            if (value.Total is { } total)
            {
                (_bar.MaxValue, _bar.Value) = (Math.Max(total, 1), total == 0 ? 1 : value.Done);
            }
        }
    }

    /// <summary>Shows the bars while something runs.</summary>
    public async Task<T> ShowAsync<T>(IAnsiConsole console, Func<Task<T>> run) => await console.Progress().StartAsync(async bars =>
    {
        (_bars, _step, _bar) = (bars, null, null);
        try
        {
            var result = await run();
            lock (_gate)
            {
                End();
            }

            return result;
        }
        finally
        {
            lock (_gate)
            {
                _bars = null;
            }
        }
    });

    private void End()
    {
        if (_bar is { } bar)
        {
            bar.IsIndeterminate = false;
            bar.Value = bar.MaxValue;
            bar.StopTask();
        }
    }
}
