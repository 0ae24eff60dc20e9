using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Pds.LocalServices;

/// <summary>
/// A private PostgreSQL cluster in a folder, started and stopped by its owner, reached over loopback with a generated
/// password. A cluster that was killed, or whose owner was, comes back at the next start with all that was committed.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string User = "pds";
    private const string PidFile = "postmaster.pid";

    private readonly PostgresBinaries _binaries;
    private readonly string _cluster;
    private readonly string _password;

    private PostgresServer(PostgresBinaries binaries, string cluster, string password, int port) =>
        (_binaries, _cluster, _password, Port) = (binaries, cluster, password, port);

    /// <summary>The TCP port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>The process that the others hang on.</summary>
    public int ProcessId => ReadProcessId(_cluster) ?? 0;

    /// <summary>Starts the cluster of a folder, making it first where there is none.</summary>
    /// <param name="folder">Holds the cluster, its log and its password.</param>
    /// <param name="settings">Server settings, such as <c>fsync=off</c>.</param>
    /// <exception cref="LocalServiceException">There is no PostgreSQL, or it does not start.</exception>
    public static async Task<PostgresServer> StartAsync(
        string folder, IReadOnlyCollection<string> settings, CancellationToken cancellationToken)
    {
        var binaries = PostgresBinaries.Find();
        ServiceUser.Open(folder);
        var cluster = Path.Combine(folder, "pg" + await MajorVersionAsync(binaries, cancellationToken));
        var password = await EnsurePasswordAsync(Path.Combine(folder, "postgres-password"), cancellationToken);

        if (!Directory.Exists(cluster))
        {
            await CreateClusterAsync(binaries, cluster, password, cancellationToken);
        }

        await StopLeftoverAsync(binaries, cluster, cancellationToken);

        var port = LoopbackPort.Free();
        var server = new PostgresServer(binaries, cluster, password, port);
        string[] options = [$"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200", .. settings];
        await RunAsync(
            binaries,
            "pg_ctl",
            ["-D", cluster, "-l", cluster + ".log", "-w", "-t", "60", "-s", "-o", string.Join(' ', options.Select(o => $"-c {o}")), "start"],
            capture: false,
            cancellationToken);
        return server;
    }

    /// <summary>How to reach a database of the cluster.</summary>
    public string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={Port.ToString(CultureInfo.InvariantCulture)};Username={User};Password={_password};Database={database}";

    /// <summary>Ends the server: open transactions are rolled back, what was committed is kept.</summary>
    public async Task StopAsync()
    {
        if (ReadProcessId(_cluster) is not null)
        {
            await RunAsync(_binaries, "pg_ctl", ["-D", _cluster, "-m", "fast", "-w", "-s", "stop"], capture: false, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private static async Task<string> MajorVersionAsync(PostgresBinaries binaries, CancellationToken cancellationToken)
    {
        // "postgres (PostgreSQL) 17.2 (…)"
        var text = await RunAsync(binaries, "postgres", ["--version"], capture: true, cancellationToken);
        var version = text.Split(')', 2)[^1].Trim();
        return new string(version.TakeWhile(char.IsAsciiDigit).ToArray());
    }

    private static async Task<string> EnsurePasswordAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            await PrivateFile.WriteAsync(path, RandomNumberGenerator.GetHexString(32, lowercase: true), cancellationToken);
        }

        return await File.ReadAllTextAsync(path, cancellationToken);
    }

    private static async Task CreateClusterAsync(
        PostgresBinaries binaries, string cluster, string password, CancellationToken cancellationToken)
    {
        // A name of its own until it is whole, and a new one each time: what an interrupted attempt left may belong to another user.
        var unfinished = $"{cluster}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}";

        // initdb runs as another user where we are root, so the file is readable for all while it exists, under a name
        // that nobody knows.
        var passwordFile = Path.Combine(Path.GetDirectoryName(cluster)!, RandomNumberGenerator.GetHexString(32, lowercase: true));
        await File.WriteAllTextAsync(passwordFile, password, cancellationToken);
        try
        {
            await RunAsync(
                binaries,
                "initdb",
                ["-D", unfinished, "-U", User, "-E", "UTF8", "--no-locale", "--auth=scram-sha-256", $"--pwfile={passwordFile}", "--no-sync"],
                capture: true,
                cancellationToken);
        }
        finally
        {
            File.Delete(passwordFile);
        }

        Directory.Move(unfinished, cluster);
    }

    // A server whose owner was killed is still running: it is ours by its folder. A pid file may also name a process that is
    // gone, or by now another: PostgreSQL would not start beside it.
    private static async Task StopLeftoverAsync(PostgresBinaries binaries, string cluster, CancellationToken cancellationToken)
    {
        if (ReadProcessId(cluster) is not { } pid)
        {
            return;
        }

        if (IsPostgres(pid))
        {
            await RunAsync(binaries, "pg_ctl", ["-D", cluster, "-m", "fast", "-w", "-s", "stop"], capture: false, cancellationToken);
        }
        else
        {
            File.Delete(Path.Combine(cluster, PidFile));
        }
    }

    private static int? ReadProcessId(string cluster)
    {
        try
        {
            var first = File.ReadLines(Path.Combine(cluster, PidFile)).FirstOrDefault();
            return int.TryParse(first, CultureInfo.InvariantCulture, out var pid) ? pid : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static bool IsPostgres(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return process.ProcessName.StartsWith("postgres", StringComparison.OrdinalIgnoreCase) && !IsZombie(pid);
        }
        catch (Exception exception) when (exception is ArgumentException or IOException)
        {
            return false;
        }
    }

    // Dead, but not yet taken note of by its parent, which in a container may never do so.
    private static bool IsZombie(int pid) =>
        OperatingSystem.IsLinux() && File.ReadAllText($"/proc/{pid}/stat") is var stat && stat[stat.LastIndexOf(')')..].StartsWith(") Z", StringComparison.Ordinal);

    // The output of "pg_ctl start" must not be captured: the server inherits the pipe, and the read would never end.
    private static async Task<string> RunAsync(
        PostgresBinaries binaries, string program, string[] arguments, bool capture, CancellationToken cancellationToken)
    {
        var start = ServiceUser.Start(binaries.PathOf(program), arguments);
        start.RedirectStandardOutput = capture;
        start.RedirectStandardError = capture;

        using var process = Process.Start(start)!;
        var output = capture ? process.StandardOutput.ReadToEndAsync(cancellationToken) : Task.FromResult("");
        var errors = capture ? process.StandardError.ReadToEndAsync(cancellationToken) : Task.FromResult("");
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0
            ? await output
            : throw new LocalServiceException($"{program} ended with {process.ExitCode}. {await errors} {Log(arguments)}".Trim());
    }

    private static string Log(string[] arguments) =>
        Array.IndexOf(arguments, "-l") is >= 0 and var at && File.Exists(arguments[at + 1])
            ? $"The end of {arguments[at + 1]}:\n{string.Join('\n', File.ReadLines(arguments[at + 1]).TakeLast(5))}"
            : "";
}
