using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Pds.LocalServices;
using StackExchange.Redis;

[assembly: AssemblyFixture(typeof(Pds.Tests.Support.TestServices))]

namespace Pds.Tests.Support;

/// <summary>
/// Postgres and a cache for one run of the tests, in a temporary folder, without care for durability. They start with the first
/// test that needs them.
/// </summary>
public sealed class TestServices : IAsyncLifetime
{
    private const string Prefix = "pds-tests-";

    // As root the servers run as another user, who has to reach the folder.
    private readonly string _folder = Path.Combine(
        Path.GetTempPath(), $"{Prefix}{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}");

    private readonly Lazy<Task<PostgresServer>> _postgres;
    private readonly Lazy<GarnetCache> _cache = new(GarnetCache.Start);
    private int _databases;

    public TestServices()
    {
        _postgres = new Lazy<Task<PostgresServer>>(StartPostgresAsync);
        Shared = this;
    }

    /// <summary>The one of this run, for other fixtures of the assembly.</summary>
    public static TestServices Shared { get; private set; } = null!;

    /// <summary>How to reach the cache.</summary>
    public string Redis => _cache.Value.ConnectionString;

    /// <summary>Its TCP port on 127.0.0.1.</summary>
    public int RedisPort => _cache.Value.Port;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Makes an empty database and tells how to reach it.</summary>
    public async Task<string> CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        var name = $"test_{Interlocked.Increment(ref _databases).ToString(CultureInfo.InvariantCulture)}";
        return await (await _postgres.Value).CreateDatabaseAsync(name, cancellationToken);
    }

    /// <summary>Takes a database away from under whoever uses it.</summary>
    public async Task DropDatabaseAsync(string connectionString, CancellationToken cancellationToken)
    {
        var name = new NpgsqlConnectionStringBuilder(connectionString).Database;
        await using var source = NpgsqlDataSource.Create((await _postgres.Value).ConnectionString("postgres"));
        await using var command = source.CreateCommand($"DROP DATABASE {name} WITH (FORCE)");
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A connection to the cache, for its owner to dispose of.</summary>
    public async Task<IConnectionMultiplexer> ConnectRedisAsync() => await ConnectionMultiplexer.ConnectAsync(Redis);

    public async ValueTask DisposeAsync()
    {
        if (_cache.IsValueCreated)
        {
            _cache.Value.Dispose();
        }

        if (_postgres.IsValueCreated)
        {
            await (await _postgres.Value).DisposeAsync();
            Directory.Delete(_folder, recursive: true);
        }
    }

    // Not under the token of the test that happens to be the first.
    private Task<PostgresServer> StartPostgresAsync()
    {
        SweepLeftovers();
        return PostgresServer.StartAsync(
            _folder,
            ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "max_wal_size=2GB"],
            CancellationToken.None);
    }

    // A run that was killed left its folder, and its server, whose end is no loss. A folder of our own number is an older run's.
    private static void SweepLeftovers()
    {
        var others = Process.GetProcesses().Select(process => process.Id).Except([Environment.ProcessId]).ToHashSet();
        foreach (var folder in Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*"))
        {
            if (!int.TryParse(Path.GetFileName(folder)[Prefix.Length..], CultureInfo.InvariantCulture, out var owner)
                || others.Contains(owner))
            {
                continue;
            }

            try
            {
                EndServer(folder);
                Directory.Delete(folder, recursive: true);
            }
            catch (UnauthorizedAccessException)
            {
                // Another user's.
            }
        }
    }

    private static void EndServer(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "postmaster.pid", SearchOption.AllDirectories))
        {
            if (int.TryParse(File.ReadLines(file).First(), CultureInfo.InvariantCulture, out var pid)
                && Process.GetProcesses().FirstOrDefault(process => process.Id == pid) is { } server
                && server.ProcessName.StartsWith("postgres", StringComparison.Ordinal))
            {
                server.Kill(entireProcessTree: true);
            }
        }
    }
}
