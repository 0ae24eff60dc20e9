using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Pds.LocalServices;

/// <summary>The files of one cluster, and the server that runs on them, whoever started it.</summary>
internal sealed class PostgresCluster(PostgresBinaries binaries, string path)
{
    // Beyond what any system counts to: a process that is not there.
    private const string NoProcess = "2147483647";

    private string PidFile => Path.Combine(path, "postmaster.pid");

    public string LogFile => $"{path}.log";

    /// <summary>Where its socket is, as every cluster has it in its own files.</summary>
    public string SocketFolder => path;

    /// <summary>The server's process; null when none was noted, or the noted one is gone.</summary>
    public int? RunningId => ReadProcessId() is { } id && IsOurs(id) ? id : null;

    /// <summary>Finds the cluster of a folder, or the place for a new one: of the version that is there, else the preferred.</summary>
    /// <exception cref="LocalServiceException">There is one, of a version whose programs are not on this machine.</exception>
    public static async Task<PostgresCluster> FindAsync(string folder)
    {
        var kept = Directory.EnumerateDirectories(folder, "pg*")
            .Select(found => Path.GetFileName(found)[2..])
            .Where(version => version.All(char.IsAsciiDigit))
            .ToArray();
        foreach (var binaries in PostgresBinaries.Find())
        {
            var version = await binaries.GetMajorVersionAsync();
            if (kept.Length == 0 || kept.Contains(version))
            {
                return new PostgresCluster(binaries, Path.Combine(folder, $"pg{version}"));
            }
        }

        throw new LocalServiceException(
            $"{folder} holds data of PostgreSQL {string.Join(" and ", kept)}, which is not on this machine. Install it, or move the data away.");
    }

    /// <summary>Makes the files where there are none. Whole or not at all: what an interrupted attempt left is cleared away.</summary>
    public async Task EnsureCreatedAsync(string user, string password)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        var folder = Path.GetDirectoryName(path)!;
        foreach (var leftover in Directory.EnumerateDirectories(folder, $"{Path.GetFileName(path)}-*"))
        {
            TryDelete(leftover);
        }

        var unfinished = $"{path}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
        var passwordFile = Path.Combine(folder, RandomNumberGenerator.GetHexString(32, lowercase: true));
        ServiceUser.WriteReadable(passwordFile, password);
        try
        {
            await binaries.RunAsync(
                "initdb", "-D", unfinished, "-U", user, "-E", "UTF8", "--no-locale", "--auth=scram-sha-256", $"--pwfile={passwordFile}", "--no-sync");
        }
        finally
        {
            File.Delete(passwordFile);
        }

        Directory.Move(unfinished, path);
    }

    /// <summary>Starts the server; false when it ended at once, and its log says why.</summary>
    public async Task<bool> TryStartAsync(IEnumerable<string> settings)
    {
        ForgetDeadServer();
        ClearSockets();
        var options = string.Join(' ', settings.Select(setting => $"-c {setting}"));
        return await binaries.TryRunAsync("pg_ctl", "-D", path, "-l", LogFile, "-w", "-t", "300", "-s", "-o", options, "start");
    }

    /// <summary>Ends the server, if there is one: gently, or else as a crash that the next start recovers from.</summary>
    public async Task StopAsync()
    {
        if (RunningId is not null
            && !await binaries.TryRunAsync("pg_ctl", "-D", path, "-m", "fast", "-w", "-t", "30", "-s", "stop"))
        {
            await binaries.RunAsync("pg_ctl", "-D", path, "-m", "immediate", "-w", "-s", "stop");
        }
    }

    // The note of a server that was killed may by now name a process of somebody else, beside which PostgreSQL would not
    // start. Only the number goes: by the rest of the note it makes sure that no child of that server still writes.
    private void ForgetDeadServer()
    {
        if (ReadProcessId() is not null && RunningId is null)
        {
            File.WriteAllLines(PidFile, [NoProcess, .. File.ReadLines(PidFile).Skip(1).ToArray()]);
        }
    }

    // What a server leaves behind that was killed, with a note of its process: that number, too, may have been given away.
    private void ClearSockets()
    {
        if (RunningId is null)
        {
            foreach (var file in Directory.EnumerateFiles(path, ".s.PGSQL.*"))
            {
                File.Delete(file);
            }
        }
    }

    private static void TryDelete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (UnauthorizedAccessException)
        {
            // Another user's attempt; it is in nobody's way.
        }
    }

    private int? ReadProcessId()
    {
        try
        {
            return int.TryParse(File.ReadLines(PidFile).FirstOrDefault(), CultureInfo.InvariantCulture, out var id) ? id : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    // By its command line, where that can be read: another server of the machine may have been given the number since.
    private bool IsOurs(int id)
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                return File.ReadAllText($"/proc/{id}/cmdline").Split('\0').Contains(path);
            }

            using var process = Process.GetProcessById(id);
            return process.ProcessName.StartsWith("postgres", StringComparison.OrdinalIgnoreCase);
        }
        catch (Exception exception) when (exception is ArgumentException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
