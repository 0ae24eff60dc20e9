using System.Diagnostics;
using Pds.Tests.Architecture;

namespace Pds.Tests.Deployment;

/// <summary>What <c>deploy/new-env.sh</c> prints.</summary>
internal static class NewEnvironment
{
    public static async Task<IReadOnlyDictionary<string, string>> MakeAsync(string hostname, string email)
    {
        var (code, output) = await RunAsync(hostname, email);

        Assert.True(code == 0, output);
        return output.Split('\n')
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1]);
    }

    public static Task<(int Code, string Output)> RunAsync(params string[] arguments) =>
        RunScriptAsync("/bin/sh", [Path.Combine(SourceTree.Root, "deploy/new-env.sh"), .. arguments]);

    /// <summary>Runs a program to its end; returns what it printed, complaints included.</summary>
    public static async Task<(int Code, string Output)> RunScriptAsync(string program, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var cancellationToken = TestContext.Current.CancellationToken;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, await output + await error);
    }
}
