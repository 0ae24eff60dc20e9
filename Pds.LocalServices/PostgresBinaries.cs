using System.Diagnostics;
using System.Globalization;

namespace Pds.LocalServices;

/// <summary>Where this machine has PostgreSQL's programs.</summary>
/// <param name="Folder">Holds initdb, pg_ctl and postgres.</param>
public sealed record PostgresBinaries(string Folder)
{
    /// <summary>Names a folder that is looked into instead of all others.</summary>
    public const string Override = "PDS_POSTGRES_BIN";

    /// <summary>What to do where there are none.</summary>
    public const string HowToInstall =
        $"""
        No PostgreSQL was found on this machine. Install version 15 or newer and start again:
          Debian, Ubuntu   sudo apt install postgresql
          Fedora           sudo dnf install postgresql-server
          macOS            brew install postgresql@17
          Windows          winget install PostgreSQL.PostgreSQL.17
        Where it lies elsewhere, {Override} names the folder that holds initdb, pg_ctl and postgres.
        """;

    private static readonly string Suffix = OperatingSystem.IsWindows() ? ".exe" : "";

    /// <summary>Finds the programs, the preferred ones first.</summary>
    /// <exception cref="LocalServiceException">There are none; the message says what to install.</exception>
    public static IReadOnlyList<PostgresBinaries> Find()
    {
        if (Environment.GetEnvironmentVariable(Override) is { Length: > 0 } folder)
        {
            return IsComplete(folder)
                ? [new PostgresBinaries(folder)]
                : throw new LocalServiceException($"{Override} is {folder}, which does not hold initdb, pg_ctl and postgres.");
        }

        var found = Candidates().Where(IsComplete).Distinct().Select(complete => new PostgresBinaries(complete)).ToArray();
        return found.Length > 0 ? found : throw new LocalServiceException(HowToInstall);
    }

    /// <summary>The major version, such as <c>17</c>: what a cluster's files are bound to.</summary>
    public async Task<string> GetMajorVersionAsync()
    {
        // "postgres (PostgreSQL) 17.2 (…)"
        var version = (await RunAsync("postgres", ["--version"])).Split(')', 2)[^1].Trim();
        return new string(version.TakeWhile(char.IsAsciiDigit).ToArray());
    }

    /// <summary>Runs one of the programs to its end and returns what it printed.</summary>
    /// <exception cref="LocalServiceException">It failed.</exception>
    internal async Task<string> RunAsync(string program, params string[] arguments)
    {
        var start = ServiceUser.Start(PathOf(program), arguments);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? await output
            : throw new LocalServiceException($"{program} ended with {process.ExitCode}. {(await errors).Trim()}");
    }

    /// <summary>Runs one that may leave a server behind, and says whether it did well.</summary>
    internal async Task<bool> TryRunAsync(string program, params string[] arguments)
    {
        var start = ServiceUser.Start(PathOf(program), arguments);

        // Not read: a server holds the other end for as long as it runs. What it has to say is in its log.
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;

        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }

    private string PathOf(string program) => Path.Combine(Folder, program + Suffix);

    private static bool IsComplete(string folder) =>
        File.Exists(Path.Combine(folder, "initdb" + Suffix))
        && File.Exists(Path.Combine(folder, "pg_ctl" + Suffix))
        && File.Exists(Path.Combine(folder, "postgres" + Suffix));

    private static IEnumerable<string> Candidates()
    {
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
        {
            // A link's own folder may hold only some of the programs; its target's holds all, and the libraries beside.
            var initdb = new FileInfo(Path.Combine(folder, "initdb" + Suffix));
            if (folder.Length > 0 && initdb.Exists)
            {
                yield return Path.GetDirectoryName((initdb.ResolveLinkTarget(returnFinalTarget: true) ?? initdb).FullName)!;
                yield return folder;
            }
        }

        var programs = Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles);
        foreach (var (root, pattern) in new[]
        {
            ("/usr/lib/postgresql", "*"),
            ("/usr", "pgsql-*"),
            ("/opt/homebrew/opt", "postgresql*"),
            ("/usr/local/opt", "postgresql*"),
            ("/Applications/Postgres.app/Contents/Versions", "*"),
            ("/Library/PostgreSQL", "*"),
            (Path.Combine(programs, "PostgreSQL"), "*"),
        })
        {
            foreach (var version in NewestFirst(root, pattern))
            {
                yield return Path.Combine(version, "bin");
            }
        }
    }

    private static IEnumerable<string> NewestFirst(string root, string pattern) => Directory.Exists(root)
        ? Directory.EnumerateDirectories(root, pattern).OrderByDescending(
            folder => folder, StringComparer.Create(CultureInfo.InvariantCulture, CompareOptions.NumericOrdering))
        : [];
}
