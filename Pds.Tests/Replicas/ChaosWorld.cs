using Pds.LocalServices;
using Pds.Tests.Support;

namespace Pds.Tests.Replicas;

/// <summary>A server with a Postgres and a cache of its own, which can be taken away.</summary>
internal sealed class ChaosWorld : IAsyncDisposable
{
    private static readonly string[] PostgresSettings = ["fsync=off", "full_page_writes=off"];

    private readonly string _folder;
    private readonly int _postgresPort;
    private PostgresServer _postgres;
    private GarnetCache? _cache;

    private ChaosWorld(string folder, int postgresPort, PostgresServer postgres, GarnetCache cache) =>
        (_folder, _postgresPort, _postgres, _cache) = (folder, postgresPort, postgres, cache);

    public required PdsServer Server { get; init; }

    public required TestAccount Alice { get; init; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<ChaosWorld> StartAsync(PdsFixture pds, IReadOnlyDictionary<string, string>? settings = null)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"pds-chaos-{Guid.NewGuid():N}");
        var port = LoopbackPort.Free();
        var postgres = await PostgresServer.StartAsync(folder, PostgresSettings, port, Cancellation);
        var cache = GarnetCache.Start();
        var database = await postgres.CreateDatabaseAsync("chaos", Cancellation);
        var server = await PdsServer.StartAsync(database, cache.ConnectionString, await pds.GetPlcUrlAsync(), settings);
        return new ChaosWorld(folder, port, postgres, cache) { Server = server, Alice = await TestAccount.CreateAsync(server) };
    }

    /// <summary>Ends Postgres as a crash does.</summary>
    public void KillPostgres()
    {
        using var process = System.Diagnostics.Process.GetProcessById(_postgres.ProcessId!.Value);
        process.Kill(entireProcessTree: true);
    }

    /// <summary>Starts Postgres where it was.</summary>
    public async Task StartPostgresAsync() =>
        _postgres = await PostgresServer.StartAsync(_folder, PostgresSettings, _postgresPort, Cancellation);

    public int StopCache()
    {
        var port = _cache!.Port;
        _cache.Dispose();
        _cache = null;
        return port;
    }

    public void StartCache(int port) => _cache = GarnetCache.Start(port);

    public async ValueTask DisposeAsync()
    {
        Alice.Dispose();
        await Server.DisposeAsync();
        _cache?.Dispose();
        await _postgres.StopAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
