using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Pds.LocalServices;

/// <summary>
/// A private PostgreSQL cluster in a folder, started and stopped by its owner, reached over a socket of its own or loopback with a
/// generated password. A cluster that was killed, or whose owner was, comes back at the next start with all that was committed.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string User = "pds";
    private const int Attempts = 5;

    // What an address of a socket has room for on every system, less the name of the socket itself.
    private const int MaxSocketFolder = 103 - 20;

    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(300);

    private readonly PostgresCluster _cluster;
    private readonly string _password;

    private PostgresServer(PostgresCluster cluster, string password, int port) =>
        (_cluster, _password, Port) = (cluster, password, port);

    /// <summary>The TCP port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>The process that the others hang on; null once it is gone.</summary>
    public int? ProcessId => _cluster.RunningId;

    /// <summary>Starts the cluster of a folder, making it first where there is none, ending first a server left on it.</summary>
    /// <param name="folder">Holds the cluster, its log and its password, for one owner at a time.</param>
    /// <param name="settings">Server settings, such as <c>fsync=off</c>.</param>
    /// <exception cref="LocalServiceException">There is no PostgreSQL, or it does not start.</exception>
    public static Task<PostgresServer> StartAsync(
        string folder, IReadOnlyCollection<string> settings, CancellationToken cancellationToken) =>
        StartAsync(folder, settings, fixedPort: null, cancellationToken);

    /// <summary>Starts it on a port where it is expected, as one that comes back; on a free one when that is null.</summary>
    public static async Task<PostgresServer> StartAsync(
        string folder, IReadOnlyCollection<string> settings, int? fixedPort, CancellationToken cancellationToken)
    {
        folder = Path.GetFullPath(folder);
        ServiceUser.Open(folder);
        var cluster = await PostgresCluster.FindAsync(folder);
        var password = EnsurePassword(Path.Combine(folder, "postgres-password"));
        await cluster.EnsureCreatedAsync(User, password);
        await cluster.StopAsync();

        for (var attempt = 1; ; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var port = fixedPort ?? LoopbackPort.Free();
            if (await cluster.TryStartAsync(
                [$"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=.", "max_connections=200", .. settings]))
            {
                return new PostgresServer(cluster, password, port);
            }

            if (attempt == Attempts)
            {
                throw new LocalServiceException(
                    $"PostgreSQL did not start. The end of {cluster.LogFile}:\n{string.Join('\n', File.ReadLines(cluster.LogFile).TakeLast(5))}");
            }

            // The port was taken meanwhile, or a child of a killed server was still busy dying.
            await Task.Delay(BetweenAttempts, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>How to reach a database of the cluster.</summary>
    public string ConnectionString(string database) =>
        $"Host={Host};Port={Port.ToString(CultureInfo.InvariantCulture)};Username={User};Password={_password};Database={database}";

    /// <summary>Makes a database, unless it is there, and tells how to reach it.</summary>
    public async Task<string> CreateDatabaseAsync(string name, CancellationToken cancellationToken)
    {
        // Not pooled: an idle connection would stay behind.
        await using var connection = new NpgsqlConnection($"{ConnectionString("postgres")};Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var create = new NpgsqlCommand($"CREATE DATABASE \"{name}\"", connection);
        try
        {
            await create.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.DuplicateDatabase)
        {
            // It was made by an earlier run.
        }

        return ConnectionString(name);
    }

    /// <summary>Ends the server: open transactions are rolled back, what was committed is kept.</summary>
    public Task StopAsync() => _cluster.StopAsync();

    public async ValueTask DisposeAsync() => await StopAsync();

    // The socket costs less than loopback, where the folder's name is short enough for one.
    private string Host =>
        !OperatingSystem.IsWindows() && Encoding.UTF8.GetByteCount(_cluster.SocketFolder) <= MaxSocketFolder
            ? _cluster.SocketFolder
            : "127.0.0.1";

    private static string EnsurePassword(string path)
    {
        if (!File.Exists(path))
        {
            PrivateFile.Write(path, RandomNumberGenerator.GetHexString(32, lowercase: true));
        }

        return File.ReadAllText(path);
    }
}
