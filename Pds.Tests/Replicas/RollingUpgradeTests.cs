using System.Net.WebSockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Pds.ServiceDefaults;
using Pds.Tests.Hosting;
using Pds.Tests.Repo.Crash;
using Pds.Tests.Support;

namespace Pds.Tests.Replicas;

/// <summary>A new version comes in while the old one serves: first its migration, then one server after another.</summary>
public sealed class RollingUpgradeTests(PdsFixture pds, ChaosTable table) : IClassFixture<ChaosTable>
{
    private static readonly Dictionary<string, string> Settings = new()
    {
        ["PDS_RATE_LIMITS_ENABLED"] = "false",
        ["PDS_DRAIN_MS"] = "4000",
        ["LOG_LEVEL"] = "error",
    };

    // Tables that every write touches; what a later version may do to them.
    private static readonly (string, string) Migration = (
        "0001_later.sql",
        """
        CREATE SCHEMA later;
        CREATE TABLE later.note (did text PRIMARY KEY, text text NOT NULL);
        ALTER TABLE repo.record ADD COLUMN later_flag boolean NOT NULL DEFAULT false;
        ALTER TABLE repo.repo ADD COLUMN later_count bigint;
        ALTER TABLE auth.account ADD COLUMN later_note text;
        """);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_request_fails_while_the_database_is_migrated_and_each_server_replaced()
    {
        await using var set = await ReplicaSet.StartAsync(pds, 3, Settings);
        await using var load = await CrashLoad.StartAsync(set.Servers, seed: Environment.TickCount & 0xffff, set.Balancer);
        await load.GoOnAsync(writes: 20);

        await MigrateBesideAReaderAsync(set.Database, load);
        foreach (var server in set.Servers)
        {
            await server.StopAsync();
            await load.GoOnAsync(writes: 10);
            await server.StartAsync();
        }

        await load.GoOnAsync(writes: 10);
        Assert.Equal(0, load.Uncertain);
        table.Add("Migration, then three servers replaced", await load.VerifyAsync(set.Database));
    }

    [Fact]
    public async Task A_server_that_is_told_to_stop_says_so_finishes_and_sends_its_consumers_elsewhere()
    {
        await using var set = await ReplicaSet.StartAsync(pds, 1, Settings);
        var server = set.Servers[0];
        using var stream = await StreamClient.ConnectAsync(server.Url);

        var stopped = server.StopAsync();
        await Eventually.TrueAsync(async () => (await GetAsync(server, "/health")).Status == 503);
        var during = await GetAsync(server, "/xrpc/com.atproto.server.describeServer");
        var alive = await GetAsync(server, "/alive");
        var last = await stream.ReadAsync();
        await stopped;

        Assert.Equal((200, "close"), (during.Status, during.Header("Connection")));
        Assert.Equal(200, alive.Status);
        Assert.Null(last);
        Assert.Equal((WebSocketCloseStatus.EndpointUnavailable, "going away"), (stream.CloseStatus, stream.CloseReason));
    }

    // A transaction that reads, such as a dump, stands in the migration's way; the writers must not queue up behind the two.
    private static async Task MigrateBesideAReaderAsync(string database, CrashLoad load)
    {
        await using var reader = new NpgsqlConnection($"{database};Pooling=false");
        await reader.OpenAsync(Cancellation);
        await using var transaction = await reader.BeginTransactionAsync(Cancellation);
        await using (var read = new NpgsqlCommand("SELECT count(*) FROM repo.record", reader))
        {
            await read.ExecuteScalarAsync(Cancellation);
        }

        var migration = MigrateAsync(database);
        await load.GoOnAsync(writes: 60);
        Assert.False(migration.IsCompleted);
        await transaction.CommitAsync(Cancellation);
        await migration;
    }

    private static async Task MigrateAsync(string database)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddNpgsqlDataSource(database);
        builder.AddMigrations("later", new Scripts(Migration));
        using var host = builder.Build();
        await host.MigrateAsync(Cancellation);
    }

    private static Task<XrpcReply> GetAsync(ServerProcess server, string path) =>
        server.Xrpc.SendAsync(new HttpRequestMessage(HttpMethod.Get, path));
}
