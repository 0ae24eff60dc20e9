using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Pds.AppHost.Local;

/// <summary>The processes that this run started. They end with it, however it ends.</summary>
internal sealed class Children : IAsyncDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    // The runtime that runs us, which need not be one that a program would find by itself.
    private static readonly string DotnetRoot = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));

    private readonly ProcessGuard? _guard = ProcessGuard.Start();
    private readonly List<Process> _processes = [];
    private readonly string _record;

    private Children(string record) => _record = record;

    /// <summary>A process that is no child of ours, and ends by other means, but must not outlive us.</summary>
    public int? Ward { get; set => Watch(field = value); }

    /// <summary>Ends what a killed run left, and begins anew.</summary>
    /// <param name="record">The file that remembers the processes.</param>
    public static async Task<Children> OpenAsync(string record)
    {
        await ProcessRecord.EndLeftoversAsync(record);
        return new Children(record);
    }

    /// <summary>Starts a service of the solution, built beside this program.</summary>
    public Process StartProject(string solution, string name, IReadOnlyDictionary<string, string?> environment)
    {
        var project = Path.Combine(solution, name);
        var output = Path.GetRelativePath(Path.Combine(solution, "Pds.AppHost"), AppContext.BaseDirectory);
        var program = Path.Combine(project, output, OperatingSystem.IsWindows() ? $"{name}.exe" : name);
        return Start(program, [], project, new Dictionary<string, string?>(environment) { ["DOTNET_ROOT"] = DotnetRoot });
    }

    /// <summary>Starts a program, whose output goes where ours goes.</summary>
    /// <param name="environment">What differs from ours; a variable that is null is taken away.</param>
    public Process Start(string program, string[] arguments, string folder, IReadOnlyDictionary<string, string?> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        _processes.Add(process);
        ProcessRecord.Write(_record, _processes);
        Watch(Ward);
        return process;
    }

    public async ValueTask DisposeAsync()
    {
        // Only ours from here: the ward may still be needed, and has its own way to end.
        Watch(null);
        _guard?.Dispose();
        foreach (var process in _processes)
        {
            await EndAsync(process);
            process.Dispose();
        }

        File.Delete(_record);
    }

    private static async Task EndAsync(Process process)
    {
        if (OperatingSystem.IsWindows())
        {
            process.Kill(entireProcessTree: true);
        }

        using var patience = new CancellationTokenSource(Grace);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }
    }

    private void Watch(int? ward) => _guard?.Watch(_processes.Where(process => !process.HasExited).Select(process => process.Id)
        .Concat(ward is { } id ? [id] : []));
}
