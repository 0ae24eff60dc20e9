using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Npgsql;
using Pds.LocalServices;
using Pds.Tests.Repo.Model;
using Pds.Tests.Support;

namespace Pds.Tests.Repo.Crash;

/// <summary>
/// The server and Postgres killed under load, at moments that nobody chose: what was acknowledged is there, nothing is half
/// done, and the stream goes on as one sequence. <c>PDS_TEST_KILLS=50</c> kills that often, <c>PDS_TEST_SEED</c> repeats a run
/// as far as chance allows.
/// </summary>
public sealed class CrashTests(PdsFixture pds, ITestOutputHelper output)
{
    private static readonly Dictionary<string, string> Settings = new()
    {
        ["PDS_RATE_LIMITS_ENABLED"] = "false",
        ["LOG_LEVEL"] = "error",
    };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Killing_a_server_loses_no_acknowledged_write_and_leaves_none_half_done(int replicas)
    {
        var dice = NewDice(out var seed);
        var database = await PdsFixture.CreateDatabaseAsync();
        await using var servers = await StartAsync(database, replicas);
        await using var load = await CrashLoad.StartAsync(servers.All, seed);
        for (var kills = Kills(2); kills > 0; kills--)
        {
            await load.GoOnAsync(writes: 20 + dice.Next(60));
            await servers.All[dice.Next(replicas)].KillAndStartAsync();
        }

        await load.GoOnAsync(writes: 30);
        output.WriteLine(await load.VerifyAsync(database));
    }

    [Fact]
    public async Task Killing_Postgres_loses_no_acknowledged_write_and_leaves_none_half_done()
    {
        var dice = NewDice(out var seed);
        var folder = Path.Combine(Path.GetTempPath(), $"pds-crash-{Guid.NewGuid():N}");
        var port = LoopbackPort.Free();
        var postgres = await StartPostgresAsync(folder, port);
        try
        {
            var database = await postgres.CreateDatabaseAsync("crash", TestContext.Current.CancellationToken);
            await using var servers = await StartAsync(database, 1);
            await using var load = await CrashLoad.StartAsync(servers.All, seed);
            var recoveries = 0;
            for (var kills = Kills(4); kills > 0; kills--)
            {
                await load.GoOnAsync(writes: 20 + dice.Next(60));
                if (kills % 2 == 0)
                {
                    recoveries++;
                    Process.GetProcessById(postgres.ProcessId!.Value).Kill(entireProcessTree: true);
                    postgres = await StartPostgresAsync(folder, port);
                }
                else if (await TryKillBackendAsync(database))
                {
                    recoveries++;
                }
            }

            await load.GoOnAsync(writes: 30);
            output.WriteLine(await load.VerifyAsync(database));
            Assert.All(servers.All, server => Assert.False(server.HasExited));
            Assert.Equal(recoveries, CountRecoveries(folder));
        }
        finally
        {
            await postgres.StopAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int Kills(int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable("PDS_TEST_KILLS"), CultureInfo.InvariantCulture, out var kills) ? kills : usual;

    private Dice NewDice(out int seed)
    {
        seed = Environment.GetEnvironmentVariable("PDS_TEST_SEED") is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : RandomNumberGenerator.GetInt32(int.MaxValue / 2);
        output.WriteLine($"PDS_TEST_SEED={seed}");
        return new Dice(seed);
    }

    // What was answered must be on disk, and nothing else is told to anybody: with Postgres's own defaults.
    private static Task<PostgresServer> StartPostgresAsync(string folder, int port) => PostgresServer.StartAsync(
        folder, ["fsync=on", "synchronous_commit=on", "autovacuum=off"], port, TestContext.Current.CancellationToken);

    // The one that was writing, so that Postgres ends all others and recovers.
    private static async Task<bool> TryKillBackendAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create($"{database};Pooling=false");
        await using var command = source.CreateCommand("SELECT pid FROM pg_stat_activity WHERE query LIKE '%replaced_node AS (%' AND pid <> pg_backend_pid() LIMIT 1");
        if (await command.ExecuteScalarAsync(TestContext.Current.CancellationToken) is not int backend)
        {
            return false;
        }

        using var process = Process.GetProcessById(backend);
        process.Kill();
        return true;
    }

    private static int CountRecoveries(string folder) => File.ReadLines(Assert.Single(Directory.GetFiles(folder, "pg*.log")))
        .Count(line => line.Contains("database system was not properly shut down", StringComparison.Ordinal));

    private async Task<Servers> StartAsync(string database, int count)
    {
        var plc = await pds.GetPlcUrlAsync();
        var servers = new Servers([.. Enumerable.Range(0, count).Select(_ => new ServerProcess(database, TestServices.Shared.Redis, plc, Settings))]);
        await Task.WhenAll(servers.All.Select(server => server.StartAsync()));
        return servers;
    }

    private sealed record Servers(ServerProcess[] All) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            foreach (var server in All)
            {
                await server.DisposeAsync();
            }
        }
    }
}
